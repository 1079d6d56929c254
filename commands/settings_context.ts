/** Settings of this run: which file was named, and what it says for the verb that runs. */
import type { AppContext } from "./context.ts";
import { UsageError } from "./exit_code.ts";
import { flagTable } from "./flag_table.ts";
import { givenFlags } from "./given_flags.ts";
import { checkNames, type Setting, settingsOf, type VerbTable } from "./settings.ts";
import { readSettingsFiles, type SettingsFile } from "./settings_file.ts";

/** Commands that are about decnet itself: nothing steers them but their own flags. */
const UNSETTABLE = ["config", "completions", "man"];

/**
 * Takes `--config FILE` off the front of a command line.
 *
 * @returns the rest, and the file: else that of `$DECNET_CONFIG`, else undefined
 * @throws {UsageError} for the flag without a file
 */
export function splitConfigFlag(
  args: readonly string[],
): { args: readonly string[]; file: string | undefined } {
  const first = args[0] ?? "";
  if (first.startsWith("--config=")) return { args: args.slice(1), file: first.slice(9) };
  if (first !== "--config") return { args, file: Deno.env.get("DECNET_CONFIG") };
  if (args[1] === undefined) throw new UsageError("--config needs a value", "--config FILE");
  return { args: args.slice(2), file: args[1] };
}

/** Tables of all verbs that settings may steer. */
export function settableVerbs(commands: AppContext["commands"]): VerbTable[] {
  return Object.entries(commands)
    .filter(([name]) => !UNSETTABLE.includes(name))
    .map(([name, command]) => ({ name, rows: flagTable(command) }));
}

/** The settings files of this run, held against the flags that there are. @throws {UsageError} */
export async function checkedFiles(
  { commands, settingsFile }: Pick<AppContext, "commands" | "settingsFile">,
): Promise<SettingsFile[]> {
  const files = await readSettingsFiles(settingsFile);
  if (files.length > 0) checkNames(files, settableVerbs(commands));
  return files;
}

/**
 * Settings that stand in for flags which `args` does not give.
 *
 * @param args what follows the verb, with short flags apart from their values
 * @throws {UsageError}
 */
export async function settingsFor(
  name: string,
  args: readonly string[],
  context: Pick<AppContext, "commands" | "settingsFile">,
): Promise<Setting[]> {
  const command = context.commands[name];
  if (command === undefined || UNSETTABLE.includes(name)) return [];
  const rows = flagTable(command);
  const given = givenFlags(args, rows);
  return settingsOf(
    { name, rows },
    await checkedFiles(context),
    (variable) => Deno.env.get(variable),
  )
    .filter(({ row }) => !given.has(row.long));
}
