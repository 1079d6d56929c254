/** `decnet man`: manual pages, made from the flag tables. */
import { buildCommand } from "@stricli/core";
import type { AppContext } from "./context.ts";
import { parseText } from "./flag_values.ts";

/** Prints a manual page. */
export const manCommand = buildCommand<Record<never, never>, string[], AppContext>({
  loader: async () => (await import("./man_page.ts")).printManPage,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "A verb; without one the page of decnet",
        placeholder: "VERB",
        parse: parseText,
      },
      maximum: 1,
    },
  },
  docs: {
    brief: "Print a manual page for man",
    fullDescription: [
      "Prints the manual page of a verb, or that of decnet, as man(1) reads it.",
      "",
      "EXAMPLES",
      "  decnet man probe | man -l -",
      "  decnet man > /usr/local/share/man/man1/decnet.1",
      "  decnet man probe > /usr/local/share/man/man1/decnet-probe.1",
    ].join("\n"),
  },
});
