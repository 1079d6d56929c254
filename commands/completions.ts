/** `decnet completions`: shell completion, made from the flag tables. */
import { buildCommand } from "@stricli/core";
import type { AppContext } from "./context.ts";
import { type Shell, SHELLS } from "./shells.ts";

/** Prints the completion script of a shell. */
export const completionsCommand = buildCommand<Record<never, never>, [Shell], AppContext>({
  loader: async () => (await import("./completions_script.ts")).printCompletions,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{
        brief: `One of ${SHELLS.join(", ")}`,
        placeholder: "SHELL",
        parse: (text) => {
          const shell = SHELLS.find((name) => name === text);
          if (shell === undefined) {
            throw new RangeError(`no completions for "${text}"; there are ${SHELLS.join(", ")}`);
          }
          return shell;
        },
      }],
    },
  },
  docs: {
    brief: "Print a script that completes decnet's commands and flags in a shell",
    fullDescription: [
      "Prints a script that completes decnet's commands and flags in a shell.",
      "",
      "EXAMPLES",
      '  eval "$(decnet completions bash)"                                  # in ~/.bashrc',
      "  decnet completions zsh > ~/.zfunc/_decnet                          # a folder of $fpath",
      "  decnet completions fish > ~/.config/fish/completions/decnet.fish",
    ].join("\n"),
  },
});
