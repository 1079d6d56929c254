/** Where reading starts for the last events that are wanted, and for those since a time. */
import { type Generation, listGenerations } from "../log/generations.ts";
import { nextLineStart, readBack } from "../log/last_lines.ts";
import { LF } from "../log/lines.ts";
import { signaturesBefore } from "../log/locate.ts";
import { type LogFile, readFully } from "../log/log_files.ts";
import {
  isHopeless,
  isUnreadable,
  openAtStart,
  openListed,
  type OpenOptions,
} from "../log/open_generation.ts";
import { cursorAt, cursorIn, type LogStart } from "../log/starting_place.ts";
import { startCursor } from "../log/cursor.ts";
import { CandidateLines } from "./candidate_lines.ts";
import type { EventFilter } from "./event_filter.ts";
import { eventsIfAll, lineText, NOWHERE, readEvent } from "./read_event.ts";
import { DISORDER } from "./tail_source.ts";

/** Bytes that are looked at for a line with a time. */
const PROBE_SIZE = 64 * 1024;

/**
 * The place of the last `count` events that `filter` wants, in the live file and in rotated ones; in compressed ones
 * only for a filter that wants all. Looks at the files from the back, no farther than `since` lets hope for more.
 *
 * @param since microseconds since the epoch
 * @throws {LogFileError}
 */
export async function startOfLastEvents(
  path: string,
  count: number,
  filter: EventFilter,
  since: number | undefined,
  options: OpenOptions,
): Promise<LogStart> {
  if (count === 0) return { at: "end" };
  const lines = new CandidateLines(filter.needles);
  let missing = count;
  // Where there is no event it is told that the lines are none.
  let place: LogStart = filter.isOpen ? { at: "last", lines: count } : { at: "end" };
  const { files } = listGenerations(options.files, path);
  for (const generation of files.toReversed()) {
    if (since !== undefined && generation.modified * 1000 < since) break;
    if (generation.isPacked) {
      if (!generation.isLive && !filter.isOpen) break;
      const back = await lastMatchesUnpacked(generation, missing, filter, lines, options);
      missing -= back.found;
      if (back.offset !== undefined) {
        const cursor = await cursorAt(files, files.indexOf(generation), back.offset, options);
        place = { at: "cursor", cursor };
      }
      if (missing <= 0 || back.isOver) break;
      continue;
    }
    const file = openReadable(generation, options);
    if (file === undefined) break;
    try {
      const back = lastMatches(file, generation.size, missing, filter, lines, since);
      missing -= back.found;
      if (back.offset !== undefined) {
        const cursor = await cursorIn(path, file, back.offset, options);
        if (cursor !== undefined) place = { at: "cursor", cursor };
      }
      if (missing <= 0 || back.isOver) break;
    } finally {
      file.close();
    }
  }
  return place;
}

/**
 * The place of the first event since a time, in whichever file it is. Supposes that where all the events of a probe
 * are older, by {@linkcode DISORDER}, those before it are so too.
 *
 * @param since microseconds since the epoch
 * @throws {LogFileError}
 */
export async function startSince(
  path: string,
  since: number,
  options: OpenOptions,
): Promise<LogStart> {
  const { files } = listGenerations(options.files, path);
  const index = files.findIndex(({ isLive, modified }) => isLive || modified * 1000 >= since);
  const generation = files[index];
  if (generation === undefined) return { at: "start", rotated: true };
  const file = generation.isPacked ? undefined : openReadable(generation, options);
  if (file !== undefined) {
    try {
      const offset = offsetOfTime(file, generation.size, since - DISORDER);
      const cursor = await cursorIn(path, file, offset, options);
      if (cursor !== undefined) return { at: "cursor", cursor };
    } finally {
      file.close();
    }
  }
  return await startOf(files, index, options);
}

/** Opens `generation`; undefined for a rotated file that cannot be read: reading it tells why. */
function openReadable(
  generation: Generation,
  { files }: OpenOptions,
): LogFile | undefined {
  try {
    return openListed(generation, files);
  } catch (error) {
    if (generation.isLive || !isUnreadable(error)) throw error;
    return undefined;
  }
}

async function startOf(
  files: readonly Generation[],
  index: number,
  options: OpenOptions,
): Promise<LogStart> {
  const { dev, ino } = files[index]!;
  const before = await signaturesBefore(files, index, options);
  return { at: "cursor", cursor: startCursor({ dev, ino, before }) };
}

/** What a look from the back found. */
interface LastMatches {
  readonly found: number;
  /** Of the first of them; undefined without any. */
  readonly offset: number | undefined;
  /** True when events have become too old to be wanted. */
  readonly isOver: boolean;
}

function lastMatches(
  file: LogFile,
  size: number,
  count: number,
  filter: EventFilter,
  lines: CandidateLines,
  since = -Infinity,
): LastMatches {
  let found = 0;
  let offset: number | undefined;
  for (const block of readBack(file, size)) {
    const starts = startsOfMatches(block.bytes, block.bytes.length, filter, lines);
    const wanted = starts.slice(-(count - found));
    if (wanted[0] !== undefined) offset = block.offset + wanted[0];
    found += wanted.length;
    if (found >= count) return { found, offset, isOver: true };
    const isOld = (time: number) => time < since - DISORDER;
    if (eventsIfAll(block.bytes, block.bytes.length, isOld) > 0) {
      return { found, offset, isOver: true };
    }
  }
  return { found, offset, isOver: false };
}

/** As {@linkcode lastMatches}; what is compressed can be read forwards only. `isOver` when it is damaged. */
async function lastMatchesUnpacked(
  generation: Generation,
  count: number,
  filter: EventFilter,
  lines: CandidateLines,
  options: OpenOptions,
): Promise<LastMatches> {
  const source = openAtStart(generation, undefined, options);
  const starts: number[] = [];
  let found = 0;
  let isOver = false;
  try {
    for (let reading; (reading = await source.read()).kind !== "end";) {
      if (reading.kind !== "lines") continue;
      const { bytes, end } = reading;
      const { offset } = source.place;
      for (const start of startsOfMatches(bytes, end, filter, lines)) {
        starts[found++ % count] = offset + start;
      }
      source.place.advance(bytes, end);
    }
  } catch (error) {
    // Reading it tells why.
    if (!isHopeless(error)) throw error;
    isOver = true;
  } finally {
    source.close();
  }
  return { found: starts.length, offset: starts[found > count ? found % count : 0], isOver };
}

/** Where the lines start, among the first `end` bytes, that `filter` wants. */
function startsOfMatches(
  bytes: Uint8Array,
  end: number,
  filter: EventFilter,
  lines: CandidateLines,
): number[] {
  const starts: number[] = [];
  lines.forEach(bytes, end, (start, stop) => {
    if (!filter.acceptsLine(bytes, start, stop)) return;
    const read = readEvent(lineText(bytes, start, stop), NOWHERE);
    if (read !== undefined && filter.accepts(read.event)) starts.push(start);
  });
  return starts;
}

/** The start of a line before which all events are older than `time`, as far as a look here and there tells. */
function offsetOfTime(file: LogFile, size: number, time: number): number {
  const block = new Uint8Array(PROBE_SIZE);
  let low = 0;
  let high = size;
  while (high - low > PROBE_SIZE) {
    const middle = low + Math.floor((high - low) / 2);
    const start = nextLineStart(file, middle, high);
    const length = start < high ? readFully(file, block, start) : 0;
    const end = block.subarray(0, length).lastIndexOf(LF) + 1;
    // Without a time nothing is known of what lies behind: it is read.
    if (eventsIfAll(block, end, (seen) => seen < time) > 0) low = start;
    else high = middle;
  }
  return nextLineStart(file, low, size);
}
