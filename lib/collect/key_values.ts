/** `key=value` text, as programs print it that know no structured data. */

/** Names and values side by side. */
export interface KeyValues {
  readonly names: string[];
  readonly values: string[];
}

/** Text beyond this is no such text. */
const MAX_TEXT = 8192;

/** Pairs that are read. */
const MAX_PAIRS = 64;

/** One pair; a value in quotes may hold spaces and escaped quotes. */
const PAIR = /([A-Za-z_][\w.-]{0,63})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?:\s+|$)/y;

/**
 * The pairs of a text that consists of nothing else; undefined for any other. Words between pairs are
 * what people type, and would let them name an attacker. A key that comes twice with different values
 * is left out: one of them is not the program's.
 */
export function readKeyValues(text: string): KeyValues | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const pairs = new Map<string, string | undefined>();
  PAIR.lastIndex = 0;
  let end = 0;
  for (let count = 0; end < text.length; count++) {
    const match = count < MAX_PAIRS ? PAIR.exec(text) : null;
    if (match === null) return undefined;
    const [, name = "", quoted, bare = ""] = match;
    const value = quoted?.replace(/\\(["\\])/g, "$1") ?? bare;
    pairs.set(name, pairs.has(name) && pairs.get(name) !== value ? undefined : value);
    end = PAIR.lastIndex;
  }
  if (pairs.size === 0) return undefined;
  const names: string[] = [];
  const values: string[] = [];
  for (const [name, value] of pairs) {
    if (value === undefined) continue;
    names.push(name);
    values.push(value);
  }
  return { names, values };
}

/** Names in front of a shell's command, none of which holds a space. */
const COMMAND_HEAD = /^CMD((?: (?:uid|user|src)=[^ ]*)*)(?: pwd=(.*?))?(?: cmd=(.*))?$/s;

/**
 * The fields of `CMD uid=0 user=root src=192.0.2.1 pwd=/root cmd=ls -l`, which the shells of decoys
 * print; undefined for other text. All behind `cmd=` is the command.
 */
export function readCommand(text: string): KeyValues | undefined {
  if (!text.startsWith("CMD ") || text.length > MAX_TEXT) return undefined;
  const match = COMMAND_HEAD.exec(text);
  if (match === null) return undefined;
  const [, head = "", pwd, command] = match;
  const names: string[] = [];
  const values: string[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value === undefined || names.includes(name)) return;
    names.push(name);
    values.push(value);
  };
  for (const word of head.split(" ").slice(1)) {
    const equals = word.indexOf("=");
    add(word.slice(0, equals), word.slice(equals + 1));
  }
  add("pwd", pwd);
  add("command", command);
  return { names, values };
}
