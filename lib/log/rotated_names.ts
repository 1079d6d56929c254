/** The names that rotators give: logrotate (numbers, `dateext`, `extension`), newsyslog, Kubernetes. */

/** What a rotated file's name tells. */
export interface RotatedName {
  readonly name: string;
  /** The name without what a compressor adds: two files of one stem have the same lines. */
  readonly stem: string;
  readonly isPacked: boolean;
  /** `number`: the higher, the older. `date`: the lower, the older. */
  readonly kind: "number" | "date";
  /** Numbers that `order` compares one after the other. */
  readonly key: readonly number[];
}

/** A number is this short; what is longer is a date, a time or both. */
const MAX_NUMBER_DIGITS = 4;

/**
 * Reads `name` as that of a predecessor of the log `live`; undefined when it is none.
 *
 * For `a.json` these are `a.json.1`, `a.json-20260101`, `a.json.20260101-120000`, `a.1.json` and
 * `a-20260101.json`, with `.gz`, `.zst` and the like behind. `a-2.json` is somebody else's log.
 */
export function parseRotatedName(name: string, live: string): RotatedName | undefined {
  const [stem, packed] = splitPacked(name);
  const mark = markBehind(stem, live) ?? markWithin(stem, live);
  if (mark === undefined) return undefined;
  const match = /^([.-])(\d+(?:[-_T:.]\d+)*)Z?$/.exec(mark);
  if (match === null) return undefined;
  const [, separator, token] = match as unknown as [string, string, string];
  const key = token.split(/\D/).map(Number);
  const isNumber = token.length <= MAX_NUMBER_DIGITS && key.length === 1;
  if (isNumber && separator === "-") return undefined;
  return { name, stem, isPacked: packed, kind: isNumber ? "number" : "date", key };
}

/** True when `name` says that the file is compressed. */
export function isPackedName(name: string): boolean {
  return splitPacked(name)[1];
}

/** Sorts names of one kind from the oldest to the newest. */
export function compareAge(a: RotatedName, b: RotatedName): number {
  const sign = a.kind === "number" ? -1 : 1;
  for (let index = 0; index < Math.max(a.key.length, b.key.length); index++) {
    const difference = (a.key[index] ?? -1) - (b.key[index] ?? -1);
    if (difference !== 0) return sign * difference;
  }
  // Their order does not matter, but it must not change from one look to the next.
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function splitPacked(name: string): [stem: string, isPacked: boolean] {
  const match = /\.(?:gz|zst|zstd|bz2|xz|lz4|Z)$/.exec(name);
  return match === null ? [name, false] : [name.slice(0, match.index), true];
}

/** `.1` of `a.json.1`. */
function markBehind(stem: string, live: string): string | undefined {
  return stem.startsWith(live) ? stem.slice(live.length) : undefined;
}

/** `.1` of `a.1.json`. */
function markWithin(stem: string, live: string): string | undefined {
  const dot = live.lastIndexOf(".");
  if (dot <= 0) return undefined;
  const [base, extension] = [live.slice(0, dot), live.slice(dot)];
  if (!stem.startsWith(base) || !stem.endsWith(extension)) return undefined;
  return stem.slice(base.length, stem.length - extension.length);
}
