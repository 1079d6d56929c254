/** What the flags of a verb are by environment and settings files, and where each comes from. */
import type { FlagRow } from "./flag_table.ts";
import { UsageError } from "./exit_code.ts";
import { nearestHint } from "./nearest.ts";
import type { SettingsFile, SettingValue } from "./settings_file.ts";

/** A flag that something else than the command line gives. */
export interface Setting {
  readonly row: FlagRow;
  readonly value: SettingValue;
  /** `$DECNET_RATE` or the path of a file. */
  readonly origin: string;
}

/** A verb and its flags. */
export interface VerbTable {
  readonly name: string;
  readonly rows: readonly FlagRow[];
}

/** Words for a switch in the environment. */
const YES = ["1", "true", "yes", "on"];
const NO = ["0", "false", "no", "off"];

/**
 * Settings of one verb: `$DECNET_<VERB>_<FLAG>`, else `$DECNET_<FLAG>`, else the files in their
 * order, in each the verb's section before what holds for all.
 *
 * @throws {UsageError} for a value that the kind of flag cannot have
 */
export function settingsOf(
  { name, rows }: VerbTable,
  files: readonly SettingsFile[],
  env: (name: string) => string | undefined,
): Setting[] {
  return rows.flatMap((row) => {
    const key = row.long.slice(2);
    if (key === "help") return [];
    for (const variable of variablesOf(name, key)) {
      const text = env(variable);
      if (!text) continue;
      const origin = `$${variable}`;
      return [{ row, value: checked(row, fromText(row, text, origin), origin), origin }];
    }
    for (const { path, shared, verbs } of files) {
      const value = verbs.get(name)?.get(key) ?? shared.get(key);
      if (value === undefined) continue;
      return [{ row, value: checked(row, value, path), origin: path }];
    }
    return [];
  });
}

/** Names in the environment that set the flag `key` of `verb`, the stronger one first. */
export function variablesOf(verb: string, key: string): readonly string[] {
  const upper = (text: string) => text.toUpperCase().replaceAll("-", "_");
  return [`DECNET_${upper(verb)}_${upper(key)}`, `DECNET_${upper(key)}`];
}

/** @throws {UsageError} when a file names a verb or flag that there is not */
export function checkNames(files: readonly SettingsFile[], verbs: readonly VerbTable[]): void {
  const everyKey = [...new Set(verbs.flatMap(({ rows }) => rows.map(({ long }) => long.slice(2))))];
  for (const { path, shared, verbs: sections } of files) {
    for (const key of shared.keys()) {
      if (!everyKey.includes(key)) {
        throw unknown(`${path}: no verb has a flag "${key}"`, key, everyKey);
      }
    }
    for (const [name, section] of sections) {
      const verb = verbs.find((one) => one.name === name);
      if (verb === undefined) {
        throw unknown(`${path}: no verb "${name}"`, name, verbs.map((one) => one.name));
      }
      const keys = verb.rows.map(({ long }) => long.slice(2));
      for (const key of section.keys()) {
        if (!keys.includes(key)) throw unknown(`${path}: ${name} has no flag "${key}"`, key, keys);
      }
    }
  }
}

/** Arguments that say the same as a setting. */
export function argumentsOf({ row, value }: Setting): string[] {
  if (typeof value !== "boolean") return value.map((text) => `${row.long}=${text}`);
  return value ? [row.long] : [];
}

function fromText(row: FlagRow, text: string, origin: string): SettingValue {
  if (row.value !== undefined) return [text];
  if (YES.includes(text.toLowerCase())) return true;
  if (NO.includes(text.toLowerCase())) return false;
  throw new UsageError(`${origin}: "${text}" is neither yes nor no`);
}

function checked(row: FlagRow, value: SettingValue, origin: string): SettingValue {
  const key = row.long.slice(2);
  if (row.value === undefined) {
    if (typeof value === "boolean") return value;
    throw new UsageError(`${origin}: ${key} is a switch`, `${key} = true`);
  }
  if (typeof value === "boolean") {
    throw new UsageError(`${origin}: ${key} takes a value`, `${key} = "${row.value}"`);
  }
  if (!row.repeatable && value.length !== 1) {
    throw new UsageError(`${origin}: ${key} takes one value, not ${value.length}`);
  }
  return value;
}

function unknown(message: string, text: string, names: readonly string[]): UsageError {
  return new UsageError(message, nearestHint(text, names));
}
