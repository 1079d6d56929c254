/** Lines of a container, which stand at no offset: their place is their time. */
import { type ContainerLines, LINE_FLAG } from "../docker/container_lines.ts";
import { formatSince, microsOf } from "../docker/log_time.ts";
import type { LineChunk } from "./line_chunk.ts";
import { NUMBER_SIGN } from "./line_id.ts";
import type { Origin, Position, SourceBatch, SourceLine } from "./source.ts";

/** The line with that index. */
export function stampedLine(lines: ContainerLines, index: number): SourceLine {
  const stamp = { seconds: lines.seconds[index]!, nanos: lines.nanos[index]! };
  const place = `${formatSince(stamp)}${NUMBER_SIGN}${lines.numbers[index]}`;
  const line = { text: lines.text(index), time: microsOf(stamp), place };
  const truncated = (lines.flags[index]! & LINE_FLAG.truncated) !== 0;
  return truncated ? { ...line, truncated } : line;
}

/** A batch of numbered lines, which become text only where somebody asks for that. */
export class StampedBatch implements SourceBatch {
  readonly key: string;
  readonly origin: Origin;
  readonly chunk: LineChunk;
  readonly position: Position | undefined;
  readonly #lines: ContainerLines;

  constructor(key: string, origin: Origin, lines: ContainerLines, position?: Position) {
    this.key = key;
    this.origin = origin;
    this.#lines = lines;
    const { bytes, length: end } = lines;
    // They are bounded already.
    this.chunk = { bytes, start: 0, end, offset: 0, place: "", maxLine: Infinity, stamps: lines };
    this.position = position;
  }

  get lines(): SourceLine[] {
    return Array.from({ length: this.#lines.count }, (_, index) => stampedLine(this.#lines, index));
  }
}
