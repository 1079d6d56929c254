/** A place in a log, as a small JSON value that finds it again after any rotation. */
import { isRecord } from "../is_record.ts";
import { HEAD_SIZE, isHash, type Signature } from "./signature.ts";

/** The version of {@linkcode LogCursor} that is written and read. */
const VERSION = 1;

/**
 * Everything before the place has been handled. A file holds the place when it has the same head and
 * tail; its name does not matter and its inode is but a hint where to look first.
 */
export type LogCursor = {
  readonly v: typeof VERSION;
  /** Bytes of the file before the place. */
  readonly offset: number;
  /** Hash of the file's head before the place, see `HEAD_SIZE`. Empty when there is nothing but NULs. */
  readonly head: string;
  /** Hash of the last 256 bytes before the place, or of all when there are fewer. Empty at offset 0. */
  readonly tail: string;
  /**
   * The files that came before this one, the latest first, already read or not wanted: when this one is
   * gone, reading goes on behind them. Empty: there were none, all files are newer. Absent: unknown.
   */
  readonly before?: readonly Signature[];
  /** Earlier places of the same file, the latest first, in case that its end was cut off. */
  readonly anchors?: readonly Anchor[];
  readonly dev: number;
  readonly ino: number;
};

/** A place in a file with a known head; as in {@linkcode LogCursor}. */
export type Anchor = {
  readonly offset: number;
  readonly tail: string;
};

/** Anchors that a cursor may have. */
export const MAX_ANCHORS = 8;

/** Files before its own that a cursor may know: enough for some of them to be deleted out of turn. */
export const MAX_BEFORE = 3;

/** Which file a place is in; as in {@linkcode LogCursor}. */
export interface Origin {
  readonly dev: number;
  readonly ino: number;
  readonly before?: readonly Signature[] | undefined;
}

/** A cursor at the very beginning: all that is there, and all that comes. */
export const BEGINNING: LogCursor = startCursor({ dev: 0, ino: 0, before: [] });

/** The cursor at the start of a file. */
export function startCursor({ dev, ino, before }: Origin): LogCursor {
  const start = { v: VERSION, offset: 0, head: "", tail: "", dev, ino } as const;
  return before === undefined ? start : { ...start, before };
}

/** The cursor that was stored as `value`; undefined when it is none. */
export function parseLogCursor(value: unknown): LogCursor | undefined {
  if (!isRecord(value)) return undefined;
  const { v, offset, head, tail, dev, ino } = value;
  if (v !== VERSION || !isCount(offset) || !isCount(dev) || !isCount(ino)) return undefined;
  if (typeof head !== "string" || typeof tail !== "string") return undefined;
  if (offset === 0 ? head + tail !== "" : !isHash(head || tail) || !isHash(tail)) return undefined;
  const before = parseList(value.before, MAX_BEFORE, parseSignature);
  const anchors = parseList(value.anchors, MAX_ANCHORS, (item) => parseAnchor(item, offset));
  if (before === null || anchors === null) return undefined;
  return {
    v: VERSION,
    offset,
    head,
    tail,
    dev,
    ino,
    ...before === undefined ? {} : { before },
    ...anchors === undefined ? {} : { anchors },
  };
}

function parseSignature(value: unknown): Signature | undefined {
  if (!isRecord(value)) return undefined;
  const { size, hash } = value;
  if (!isCount(size) || size === 0 || size > HEAD_SIZE || !isHash(hash)) return undefined;
  return { size, hash };
}

function parseAnchor(value: unknown, end: number): Anchor | undefined {
  if (!isRecord(value)) return undefined;
  const { offset, tail } = value;
  if (!isCount(offset) || offset < HEAD_SIZE || offset > end || !isHash(tail)) return undefined;
  return { offset, tail };
}

/** The items of a list that may be absent; null when it is not such a list. */
function parseList<T>(
  value: unknown,
  limit: number,
  parse: (item: unknown) => T | undefined,
): T[] | undefined | null {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > limit) return null;
  const items = value.map(parse).filter((item) => item !== undefined);
  return items.length === value.length ? items : null;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
