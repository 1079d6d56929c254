/** Reads `decnet.toml`: what flags are when they are not given. */
import type { TomlTable, TomlValue } from "smol-toml";
import { systemReason } from "../lib/system_error.ts";
import { UsageError } from "./exit_code.ts";

/** Of one flag: a text for each time that it is given; a switch is `true` or `false`. */
export type SettingValue = readonly string[] | boolean;

/** A settings file, not yet held against the flags that there are. */
export interface SettingsFile {
  readonly path: string;
  /** By the flag's name without dashes: for every verb that has it. */
  readonly shared: ReadonlyMap<string, SettingValue>;
  /** By the verb, then by the flag. */
  readonly verbs: ReadonlyMap<string, ReadonlyMap<string, SettingValue>>;
}

/** Bits of a file's mode that let others than its owner write to it. */
const WRITABLE_BY_OTHERS = 0o022;

/** A file of settings is a page of text; what is larger is something else. */
const MAX_BYTES = 1024 ** 2;

/** Where settings are looked for, the first before the second. */
function usualPaths(): string[] {
  const home = Deno.env.get("HOME");
  const own = Deno.env.get("XDG_CONFIG_HOME") || (home && `${home}/.config`);
  return [...own ? [`${own}/decnet/decnet.toml`] : [], "/etc/decnet/decnet.toml"];
}

/**
 * The settings files of this run, those that count more first.
 *
 * @param named `--config` or `$DECNET_CONFIG`: this file alone, or none when it is empty
 * @throws {UsageError} for a file that cannot be read or understood
 */
export async function readSettingsFiles(named: string | undefined): Promise<SettingsFile[]> {
  if (named === "") return [];
  const paths = named === undefined ? usualPaths() : [named];
  const files: SettingsFile[] = [];
  for (const path of paths) {
    const text = readSettings(path, named !== undefined);
    if (text !== undefined) files.push(await parseSettings(path, text));
  }
  return files;
}

function readSettings(path: string, required: boolean): string | undefined {
  try {
    const { size, mode, isFile } = Deno.statSync(path);
    if (!isFile || size > MAX_BYTES) throw new UsageError(`${path} is no settings file`);
    // Whoever can write to it decides where evidence goes.
    if (mode !== null && (mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new UsageError(`${path} can be written by others`, `chmod go-w ${path}`);
    }
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (error instanceof Deno.errors.NotFound && !required) return undefined;
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`no file ${path}`);
    throw new UsageError(`${path}: ${systemReason(error)}`);
  }
}

/** @throws {UsageError} with the line, when it is no TOML or holds what no flag can be */
export async function parseSettings(path: string, text: string): Promise<SettingsFile> {
  // Loaded only where there is a file to read.
  const { parse, TomlError } = await import("smol-toml");
  let table: TomlTable;
  try {
    table = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
    throw new UsageError(`${path}:${error.line}:${error.column}: ${reason}`);
  }
  const shared = new Map<string, SettingValue>();
  const verbs = new Map<string, ReadonlyMap<string, SettingValue>>();
  for (const [key, value] of Object.entries(table)) {
    if (!isTable(value)) shared.set(key, settingValue(path, key, value));
    else {
      const entries = Object.entries(value)
        .map(([flag, inner]) => [flag, settingValue(path, `${key}.${flag}`, inner)] as const);
      verbs.set(key, new Map(entries));
    }
  }
  return { path, shared, verbs };
}

function settingValue(path: string, key: string, value: TomlValue): SettingValue {
  if (typeof value === "boolean") return value;
  const texts = (Array.isArray(value) ? value : [value]).map((item) => {
    if (typeof item === "string") return item;
    if (typeof item === "number" || typeof item === "bigint") return String(item);
    throw new UsageError(
      `${path}: ${key} is neither a text, a number, a switch nor a list of texts`,
    );
  });
  if (texts.some((item) => item.includes("\0"))) throw new UsageError(`${path}: ${key} holds NUL`);
  return texts;
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
