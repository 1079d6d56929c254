/** The POSIX habit of `-p443` for `-p 443`, which stricli does not have. */
import type { Command } from "@stricli/core";
import type { AppContext } from "./context.ts";

/**
 * Splits values off short flags that take one. Leaves `-vv`, `--`, and everything after it alone.
 *
 * @param commands by name; the first argument names the one that is run
 */
export function splitShortFlags(
  args: readonly string[],
  commands: Readonly<Record<string, Command<AppContext>>>,
): string[] {
  const { aliases = {}, flags = {} } = commands[args[0] ?? ""]?.parameters ?? {};
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return args.flatMap((arg, index) => {
    const name: string | undefined = (aliases as Record<string, string>)[arg[1] ?? ""];
    const kind = name === undefined ? undefined : flags[name]?.kind;
    const takesValue = kind === "parsed" || kind === "enum";
    return index < end && /^-[A-Za-z]./.test(arg) && takesValue
      ? [arg.slice(0, 2), arg.slice(2).replace(/^=/, "")]
      : [arg];
  });
}
