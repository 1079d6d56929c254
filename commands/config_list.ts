/** Lists settings, and where they come from. */
import { hidePassword } from "../lib/text/hide_password.ts";
import { columns } from "./columns.ts";
import type { ConfigFlags } from "./config.ts";
import type { AppContext } from "./context.ts";
import { UsageError } from "./exit_code.ts";
import { nearestHint } from "./nearest.ts";
import { type Setting, settingsOf, type VerbTable } from "./settings.ts";
import { checkedFiles, settableVerbs } from "./settings_context.ts";
import type { SettingValue } from "./settings_file.ts";
import { stdoutStyle } from "./stdout_form.ts";

/** A line of the list. */
interface ListedSetting {
  readonly verb: string;
  readonly flag: string;
  readonly value: SettingValue | string;
  readonly origin: string;
}

const DEFAULT = "default";

/** Runs `decnet config`. @throws {UsageError} when a setting is wrong */
export async function listSettings(
  this: AppContext,
  flags: ConfigFlags,
  ...names: string[]
): Promise<void> {
  const all = settableVerbs(this.commands);
  const verbs = names.length === 0 ? all : names.map((name) => find(name, all));
  const files = await checkedFiles(this);
  const listed = verbs.flatMap((verb) => {
    const settings = settingsOf(verb, files, (name) => Deno.env.get(name));
    return verb.rows.flatMap((row): ListedSetting[] => {
      const place = { verb: verb.name, flag: row.long.slice(2) };
      const setting = settings.find((one) => one.row === row);
      if (setting !== undefined) {
        checkValue(setting, verb.name);
        return [{ ...place, value: shownValue(setting.value), origin: setting.origin }];
      }
      return flags.showOrigin && row.preset !== undefined
        ? [{ ...place, value: row.preset, origin: DEFAULT }]
        : [];
    });
  });
  if (flags.check) return;
  const { stdout, stderr } = this.process;
  if (flags.json || !Deno.stdout.isTerminal()) {
    stdout.write(listed.map((setting) => `${JSON.stringify(setting)}\n`).join(""));
    return;
  }
  if (listed.length === 0) {
    stderr.write("decnet: nothing is set; decnet config --help tells how\n");
    return;
  }
  const rows = listed.map(({ verb, flag, value, origin }) => [
    verb,
    flag,
    typeof value === "object" ? value.join(" ") : String(value),
    ...flags.showOrigin ? [origin] : [],
  ]);
  const headings = ["VERB", "FLAG", "VALUE", ...flags.showOrigin ? ["FROM"] : []];
  stdout.write(`${columns(headings, rows, stdoutStyle()).join("\n")}\n`);
}

/** Whoever looks over a shoulder or into a bug report sees no passwords. */
function shownValue(value: SettingValue): SettingValue {
  return typeof value === "boolean" ? value : value.map(hidePassword);
}

/** @throws {UsageError} when the verb would not take it */
function checkValue({ row, value, origin }: Setting, verb: string): void {
  if (typeof value === "boolean") return;
  const place = `${origin}: ${verb} ${row.long}`;
  for (const text of value) {
    if (row.choices.length > 0 && !row.choices.includes(text)) {
      throw new UsageError(`${place}: "${text}" is none of ${row.choices.join(", ")}`);
    }
    try {
      row.parse?.(text);
    } catch (error) {
      throw new UsageError(`${place}: ${(error as Error).message}`);
    }
  }
}

function find(name: string, verbs: readonly VerbTable[]): VerbTable {
  const verb = verbs.find((one) => one.name === name);
  if (verb !== undefined) return verb;
  throw new UsageError(`no verb "${name}"`, nearestHint(name, verbs.map((one) => one.name)));
}
