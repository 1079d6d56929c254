/** The order of TCP options in the words of p0f v3: `mss,sok,ts,nop,ws`. */
import { TCP_OPTION } from "../../net/tcp_options.ts";

/** Kinds of the options in order, an end of list as the last one, and the bytes behind that. */
export interface Layout {
  readonly kinds: Uint8Array;
  /** Bytes behind the end of list; 0 without one. */
  readonly padding: number;
}

/** As many options as fit into a header. */
const MAX_KINDS = 40;

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [TCP_OPTION.nop, "nop"],
  [TCP_OPTION.mss, "mss"],
  [TCP_OPTION.windowScale, "ws"],
  [TCP_OPTION.sackPermitted, "sok"],
  [TCP_OPTION.sack, "sack"],
  [TCP_OPTION.timestamps, "ts"],
]);

const KINDS: ReadonlyMap<string, number> = new Map([...NAMES].map(([kind, name]) => [name, kind]));

/** The first `count` of `kinds` as p0f writes them, with `eol+n` and `?n`. */
export function formatLayout(kinds: Uint8Array, count: number, padding: number): string {
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const kind = kinds[index]!;
    names.push(kind === TCP_OPTION.end ? `eol+${padding}` : NAMES.get(kind) ?? `?${kind}`);
  }
  return names.join(",");
}

/** Reads a layout; undefined for an unknown name, a bad number, or options behind `eol+n`. */
export function parseLayout(text: string): Layout | undefined {
  const names = text === "" ? [] : text.split(",");
  if (names.length > MAX_KINDS) return undefined;
  const kinds: number[] = [];
  let padding = 0;
  for (const [index, name] of names.entries()) {
    const numbered = /^(eol\+|\?)([0-9]{1,3})$/.exec(name);
    const kind = numbered === null
      ? KINDS.get(name)
      : numbered[1] === "?"
      ? Number(numbered[2])
      : TCP_OPTION.end;
    if (kind === undefined || kind > 255) return undefined;
    if (kind === TCP_OPTION.end) {
      if (index !== names.length - 1) return undefined;
      padding = Number(numbered![2]);
      if (padding > 255) return undefined;
    }
    kinds.push(kind);
  }
  return { kinds: Uint8Array.from(kinds), padding };
}

/** A number that tells layouts apart quickly, though not surely. */
export function hashLayout(kinds: Uint8Array, count: number): number {
  // FNV-1a.
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < count; index++) hash = Math.imul(hash ^ kinds[index]!, 0x01000193);
  return hash;
}
