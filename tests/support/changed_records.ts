/** Cuts the TLS records of a capture anew: their content stays, their number and the sequence numbers do not. */
import { concatBytes } from "../../lib/bytes.ts";
import { type Change, type Segment, segmentOf, withChanges } from "./changed_segments.ts";
import type { SeededRandom } from "./log_random.ts";
import { FLAG } from "./tcp_talk.ts";

const HANDSHAKE = 22;
const ALERT = 21;
const HEADER = 5;

/** Bytes of a stream that others take the place of. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** What one side says in a connection from its SYN on. */
interface Stream {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Cuts each plain handshake record into some with as many bytes of content as `size` says. */
export function recutRecords(size: (random: SeededRandom) => number): Change {
  return (packets, random) => {
    const segments = packets.map(segmentOf);
    const edits = new Map<string, readonly Edit[]>();
    const streams = streamsOf(segments);
    for (const [direction, { bytes }] of streams) {
      edits.set(direction, editsOf(bytes, () => size(random)));
    }
    return packets.map((captured, index) => {
      const segment = segments[index];
      const stream = segment === undefined ? undefined : streams.get(segment.direction);
      if (segment === undefined || stream === undefined || (segment.flags & FLAG.syn) !== 0) {
        return captured;
      }
      return moved(segment, stream, edits.get(segment.direction)!);
    });
  };
}

/** The streams whose SYN and every byte were captured. */
function streamsOf(segments: readonly (Segment | undefined)[]): Map<string, Stream> {
  const streams = new Map<string, Stream>();
  const broken = new Set<string>();
  for (const segment of segments) {
    if (segment === undefined) continue;
    const { direction, sequence, flags, payload } = segment;
    const known = streams.get(direction);
    if ((flags & FLAG.syn) !== 0) {
      if (known !== undefined) broken.add(direction);
      streams.set(direction, { start: sequence + 1, bytes: payload });
    } else if (payload.length > 0) {
      const due = known !== undefined && (known.start + known.bytes.length) >>> 0 === sequence;
      if (due) streams.set(direction, { ...known, bytes: concatBytes(known.bytes, payload) });
      else broken.add(direction);
    }
  }
  for (const direction of broken) streams.delete(direction);
  return streams;
}

function editsOf(bytes: Uint8Array, size: () => number): Edit[] {
  const edits: Edit[] = [];
  for (let from = 0; from + HEADER <= bytes.length;) {
    const type = bytes[from]!;
    const to = from + HEADER + (bytes[from + 3]! << 8 | bytes[from + 4]!);
    const isPlain = (type === HANDSHAKE || type === ALERT) && bytes[from + 1] === 3;
    if (!isPlain || to > bytes.length) break;
    const records: Uint8Array[] = [];
    for (let at = from + HEADER; at < to && type === HANDSHAKE;) {
      const content = bytes.subarray(at, Math.min(to, at + size()));
      const { length } = content;
      records.push(bytes.subarray(from, from + 3), Uint8Array.of(length >> 8, length), content);
      at += length;
    }
    if (records.length > 0) edits.push({ from, to, bytes: concatBytes(...records) });
    from = to;
  }
  return edits;
}

/** The segment at its place in the stream that was edited. */
function moved(segment: Segment, { start, bytes }: Stream, edits: readonly Edit[]) {
  const from = (segment.sequence - start) | 0;
  const place = (at: number) => {
    let shift = 0;
    for (const edit of edits) {
      if (at <= edit.from) break;
      if (at < edit.to) return edit.from + shift + edit.bytes.length;
      shift += edit.bytes.length - (edit.to - edit.from);
    }
    return at + shift;
  };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.from), edit.bytes);
    at = edit.to;
  }
  const edited = concatBytes(...parts, bytes.subarray(at));
  const first = from <= 0 ? from : place(from);
  return withChanges(segment, {
    sequence: start + first,
    payload: edited.subarray(Math.max(0, first), Math.max(0, place(from + segment.payload.length))),
  });
}
