/** How far a container's log has been taken, and which lines of it are new. */
import type { ContainerLines } from "../docker/container_lines.ts";
import { compareLogTimes, formatSince, type LogTime, parseSince } from "../docker/log_time.ts";
import { sha256Hex } from "../hash.ts";
import type { Json } from "../store/state_store.ts";
import { SeenLines } from "./docker_seen_lines.ts";

/** The last line that was taken. */
export type DockerPosition = {
  /** Seconds, a point and nine digits. */
  readonly time: string;
  /** The line is the n-th of its time. */
  readonly n: number;
  /** Of its text. */
  readonly hash: string;
  /** The latest time before it in the log, where that is later: the clock was stepped back. */
  readonly max?: string;
};

/** Lines are missing: the engine has no line at `from` any more, the first it has is at `to`. */
export interface LogGap {
  readonly from: LogTime;
  readonly to: LogTime;
}

/** From where on the log is to be read, and how the last line is found in it. */
export interface Opening {
  readonly since: string | undefined;
  /** Only so many of the last lines: an engine reads all of a log for `since`, but not for these. */
  readonly tail: number | undefined;
  /** The place of the last line cannot be told by the time alone: the log must be searched for it first. */
  readonly search: boolean;
}

/**
 * The log is read again from this long before the last line: a clock that is corrected by less hides no
 * lines, nor does the order in which two streams are written.
 */
const MARGIN_SECONDS = 10;

/** Lines among which the last line is looked for before the whole log is read. */
const TAIL = 1000;

/** A last line that is this far in the future was taken before the clock was stepped back. */
const FUTURE_SECONDS = 2;

/** Lines of a log file that are remembered at most. */
const MAX_REMEMBERED = 2 ** 18;

/** What a position keeps of a SHA-256. */
const HASH_DIGITS = 16;

/** Reads a stored position, leniently; undefined when it is none. */
export function readDockerPosition(json: Json | undefined): DockerPosition | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const { time, n, hash, max } = json as { readonly [key: string]: Json | undefined };
  const readable = isTime(time) && typeof hash === "string" && Number.isSafeInteger(n) &&
    (n as number) > 0;
  if (!readable) return undefined;
  const position = { time, n: n as number, hash };
  return isTime(max) ? { ...position, max } : position;
}

function isTime(value: Json | undefined): value is string {
  return typeof value === "string" && parseSince(value) !== undefined;
}

/** A time that takes on others, so that not every line has one of its own. */
interface Moment extends LogTime {
  seconds: number;
  nanos: number;
}

/**
 * Tells new lines from those that were taken, in three cases.
 *
 * A log that is opened again begins before the last line; all is known up to that, in the order of the
 * log. Docker 20.10 repeats lines of a file while it rotates; a line that is not later than all before it is
 * known if it was seen. And where a clock is stepped back, such a line was not seen, and is new.
 */
export class DockerCursor {
  #last: Moment | undefined;
  #n = 0;
  /** Of the last line, as far as it is known. */
  #text: string | undefined;
  #hash: string | undefined;
  /** The latest time so far. */
  #high: Moment | undefined;
  #seen: SeenLines;
  #capacity: number;
  /** Lines are known until the last line has come. */
  #seeking = false;
  /** The last line is there: it was searched for. */
  #searched = false;
  /** How the last line is looked for, from the cheap to the thorough. */
  #attempt: "tail" | "since" | "text" = "tail";
  /** Its text decides, not how many lines of its time stand before it. */
  #byText = false;
  #missed = false;
  /** Lines at the last line's time that have come since the log was opened. */
  #atLast = 0;
  #lost = false;
  #gap: LogGap | undefined;
  /** Of the line that is being looked at. */
  readonly #time: Moment = { seconds: 0, nanos: 0 };

  /** @param position where another run has come to */
  constructor(position: DockerPosition | undefined) {
    if (position !== undefined) {
      this.#last = set(undefined, parseSince(position.time)!);
      this.#n = position.n;
      this.#hash = position.hash;
      this.#high = set(undefined, parseSince(position.max ?? position.time)!);
    }
    this.#capacity = 0;
    this.#seen = new SeenLines(0);
  }

  /** Behind the last line; undefined before the first. */
  get position(): DockerPosition | undefined {
    if (this.#last === undefined) return undefined;
    this.#hash ??= hashOf(this.#text!);
    const position = { time: formatSince(this.#last), n: this.#n, hash: this.#hash };
    const stepped = compareLogTimes(this.#high!, this.#last) > 0;
    return stepped ? { ...position, max: formatSince(this.#high!) } : position;
  }

  /**
   * True when the last line was not found in this way. Nothing has been taken since the log was opened, and it
   * must be opened again.
   */
  get missed(): boolean {
    return this.#missed;
  }

  /** How the log is to be opened. @param now seconds since the epoch */
  opening(now: number): Opening {
    this.#atLast = 0;
    if (this.#last === undefined) return { since: undefined, tail: undefined, search: false };
    const { seconds, nanos } = this.#last;
    const isFuture = seconds > now + FUTURE_SECONDS;
    const isStepped = compareLogTimes(this.#high!, this.#last) > 0;
    const isReplaced = this.#attempt === "text";
    this.#byText = isFuture || isStepped || isReplaced;
    const margin = isReplaced && !isStepped ? 0 : MARGIN_SECONDS;
    return {
      since: isFuture ? undefined : formatSince({ seconds: Math.max(0, seconds - margin), nanos }),
      tail: this.#byText || this.#attempt !== "tail" ? undefined : TAIL,
      search: this.#byText,
    };
  }

  /**
   * The log has been opened.
   *
   * @param found what the search came to, where {@linkcode Opening.search} asked for one
   * @param linesPerFile see InspectedContainer.linesPerFile
   */
  opened(found: boolean | undefined, linesPerFile: number): void {
    const capacity = Math.min(linesPerFile, MAX_REMEMBERED);
    if (capacity !== this.#capacity || this.#seeking) {
      // Lines that came while the last line was looked for in vain may be new.
      this.#capacity = capacity;
      this.#seen = new SeenLines(capacity);
    }
    this.#atLast = 0;
    this.#seeking = this.#last !== undefined && found !== false;
    this.#searched = found === true;
    this.#missed = false;
    this.#lost = found === false;
    this.#gap = undefined;
    if (!this.#seeking) this.#attempt = "tail";
  }

  /** Searches lines that were read from {@linkcode Opening.since} on: true when the last line is there. */
  search(lines: ContainerLines): boolean {
    for (let index = 0; index < lines.count; index++) {
      this.#look(lines, index);
      const isThere = this.#last !== undefined && compareLogTimes(this.#time, this.#last) === 0 &&
        this.#isLast(lines, index);
      if (isThere) return true;
    }
    return false;
  }

  /** Gives each new line its number among those of its time, and 0 to the others. @returns how many are new */
  take(lines: ContainerLines): number {
    let count = 0;
    let last = -1;
    for (let index = 0; index < lines.count; index++) {
      this.#look(lines, index);
      if (!this.#isNew(lines, index)) {
        lines.numbers[index] = 0;
        continue;
      }
      lines.numbers[index] = this.#n;
      last = index;
      count++;
    }
    if (last >= 0) {
      this.#text = lines.text(last);
      this.#hash = undefined;
    }
    return count;
  }

  /** The gap before the first of the lines that were taken last, once. */
  takeGap(): LogGap | undefined {
    const gap = this.#gap;
    this.#gap = undefined;
    return gap;
  }

  /** The container has stopped: nothing of its log is repeated any more. */
  forget(): void {
    this.#seen.clear();
  }

  #look({ seconds, nanos }: ContainerLines, index: number): void {
    this.#time.seconds = seconds[index]!;
    this.#time.nanos = nanos[index]!;
  }

  /** True for a line that was not taken yet; it is the last from then on. */
  #isNew(lines: ContainerLines, index: number): boolean {
    const time = this.#time;
    const { bytes } = lines;
    const start = lines.startOf(index);
    const stop = lines.stops[index]!;
    if (this.#seeking && this.#isKnown(lines, index)) {
      this.#seen.add(time, bytes, start, stop);
      return false;
    }
    const isLate = this.#high !== undefined && compareLogTimes(time, this.#high) <= 0;
    if (isLate && this.#seen.has(time, bytes, start, stop)) return false;
    if (this.#lost) {
      this.#lost = false;
      this.#gap = { from: { ...this.#last! }, to: { ...time } };
    }
    const isSame = this.#last !== undefined && compareLogTimes(time, this.#last) === 0;
    this.#n = isSame ? this.#n + 1 : 1;
    this.#last = set(this.#last, time);
    if (!isLate) this.#high = set(this.#high, time);
    this.#seen.add(time, bytes, start, stop);
    return true;
  }

  /** While the last line is looked for; ends that when it is here or cannot be there. */
  #isKnown(lines: ContainerLines, index: number): boolean {
    if (this.#missed) return true;
    const order = compareLogTimes(this.#time, this.#last!);
    if (order === 0) {
      if (this.#isLast(lines, index)) this.#found();
      else if (this.#atLast === this.#n && !this.#searched) this.#tryOtherwise();
      return true;
    }
    if (order < 0 || this.#searched) return true;
    if (this.#attempt === "tail" || this.#atLast > 0) {
      this.#tryOtherwise();
      return true;
    }
    this.#found();
    this.#lost = true;
    return false;
  }

  #found(): void {
    this.#seeking = false;
    this.#attempt = "tail";
  }

  #tryOtherwise(): void {
    this.#missed = true;
    this.#attempt = this.#attempt === "tail" ? "since" : "text";
  }

  /** True when a line, which has the last line's time, is that. */
  #isLast(lines: ContainerLines, index: number): boolean {
    this.#atLast++;
    if (!this.#byText && this.#atLast !== this.#n) return false;
    this.#hash ??= hashOf(this.#text!);
    return hashOf(lines.text(index)) === this.#hash;
  }
}

/** `moment`, or a new one, with the value of `time`. */
function set(moment: Moment | undefined, { seconds, nanos }: LogTime): Moment {
  if (moment === undefined) return { seconds, nanos };
  moment.seconds = seconds;
  moment.nanos = nanos;
  return moment;
}

function hashOf(text: string): string {
  return sha256Hex(text).slice(0, HASH_DIGITS);
}
