/** Records lines as they were read, without making text of those that need none. */
import { UNKNOWN_ATTACKER } from "../event/event.ts";
import { latin1 } from "../text/latin1.ts";
import { ByteHash } from "./byte_hash.ts";
import { isEqual } from "./byte_scan.ts";
import { type ContainerLines, LINE_FLAG } from "../docker/container_lines.ts";
import { chunkLine, type LineChunk } from "./line_chunk.ts";
import { hashLine, PlaceSeed } from "./line_id.ts";
import type { RecorderOptions, RecordPlace } from "./recording.ts";
import { OriginFields } from "./origin_fields.ts";
import { QuickJsonWriter } from "./quick_json.ts";
import { QuickLine } from "./quick_line.ts";
import { COMMAND } from "./read_line.ts";
import type { Origin, SourceLine } from "./source.ts";
import { stampedLine } from "./stamped_batch.ts";

const LF = 0x0a;

const encoder = new TextEncoder();

const UNKNOWN = encoder.encode(UNKNOWN_ATTACKER);

/** A line in {@linkcode LineChunk} that is as good as its text. */
const PRINTABLE = /^[ -~]*$/;

/** What records a line that has to become text. */
export interface TextRecorder {
  /** Records the event of a line, which is in the log already. */
  event(line: SourceLine): void;
  /** Records a line and its event. */
  line(line: SourceLine): void;
}

/** A stream, and who writes it. */
export interface ChunkStream {
  readonly key: string;
  readonly origin: Origin;
}

/** Records chunks. */
export class ChunkRecorder {
  readonly #options: RecorderOptions;
  readonly #json: QuickJsonWriter;
  readonly #line = new QuickLine();
  readonly #seed = new PlaceSeed();
  readonly #hash = new ByteHash();
  readonly #dropApps: readonly Uint8Array[];
  readonly #limitsCommands: boolean;
  /** A stream has the same origin again and again. */
  readonly #origins = new WeakMap<Origin, OriginFields>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#json = new QuickJsonWriter(options.sensor);
    this.#limitsCommands = options.limiter.limits(COMMAND);
    this.#dropApps = Array.from(options.dropApps, (name) => encoder.encode(name));
  }

  /** Records all lines of `chunk`, which is of `stream`. */
  record(
    { key, origin }: ChunkStream,
    chunk: LineChunk,
    { output, clock }: RecordPlace,
    text: TextRecorder,
  ): void {
    const { counters, limiter, guessIp } = this.#options;
    const { bytes, end, offset, maxLine, stamps } = chunk;
    const fields = this.#fieldsOf(origin);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const line = this.#line;
    const seed = this.#seed;
    if (stamps === undefined) seed.set(key, chunk.place);
    // Lines from here on are to go to the log as they are.
    let runStart = chunk.start;
    let runLines = 0;
    const endRun = (stop: number, next: number) => {
      if (stop > runStart) output.log.addBytes(bytes, runStart, stop, runLines);
      counters.logged += runLines;
      runLines = 0;
      runStart = next;
    };
    for (let start = chunk.start, index = 0; start < end; index++) {
      const isQuick = line.read(bytes, view, start, end) && line.stop - start <= maxLine &&
        (!guessIp || line.attackerEnd > 0) && !(line.isCommand && this.#limitsCommands) &&
        (stamps === undefined || isWhole(stamps, index, line.stop));
      const more = isQuick ? fields.of(line, bytes) : undefined;
      if (more === undefined) {
        const stop = stamps === undefined ? bytes.indexOf(LF, start) : stamps.stops[index]!;
        const whole = stamps === undefined
          ? chunkLine(chunk, start, stop)
          : stampedLine(stamps, index);
        const isPlain = whole.text.length === stop - start && whole.truncated !== true;
        if (isPlain && PRINTABLE.test(whole.text)) {
          counters.lines++;
          runLines++;
          text.event(whole);
        } else {
          endRun(start, stop + 1);
          text.line(whole);
        }
        start = stop + 1;
        continue;
      }
      counters.lines++;
      runLines++;
      if (line.next - line.stop > 1) {
        // Without its carriage return.
        endRun(line.stop, line.next - 1);
        runStart = line.next - 1;
      }
      if (this.#isDropped(bytes)) counters.dropped++;
      else if (!limiter.admitsLine(line, bytes, UNKNOWN)) this.#hold(bytes, clock);
      else {
        counters.events++;
        let number = offset + start;
        if (stamps !== undefined) {
          seed.setTime(key, stamps.seconds[index]!, stamps.nanos[index]!);
          number = stamps.numbers[index]!;
        }
        hashLine(this.#hash, seed, number, view, start, line.stop);
        this.#json.write(line, view, start, this.#hash, output.json, more);
      }
      start = line.next;
    }
    endRun(end, end);
  }

  #fieldsOf(origin: Origin): OriginFields {
    let fields = this.#origins.get(origin);
    if (fields === undefined) {
      fields = new OriginFields(origin);
      this.#origins.set(origin, fields);
    }
    return fields;
  }

  #isDropped(bytes: Uint8Array): boolean {
    const apps = this.#dropApps;
    const { serviceStart, serviceEnd } = this.#line;
    for (let index = 0; index < apps.length; index++) {
      if (isEqual(bytes, serviceStart, serviceEnd, apps[index]!)) return true;
    }
    return false;
  }

  #hold(bytes: Uint8Array, clock: number): void {
    const { counters, held } = this.#options;
    const line = this.#line;
    counters.held++;
    const key = {
      attacker: line.attackerEnd === 0
        ? UNKNOWN_ATTACKER
        : latin1(bytes, line.attackerStart, line.attackerEnd),
      decky: latin1(bytes, line.deckyStart, line.deckyEnd),
      service: latin1(bytes, line.serviceStart, line.serviceEnd),
      eventType: latin1(bytes, line.typeStart, line.typeEnd),
    };
    held.add(key, line.time.micros, clock);
  }
}

/** True when a line that ends at `stop` is all of one of a container: such a line may hold others. */
function isWhole({ stops, flags }: ContainerLines, index: number, stop: number): boolean {
  return stops[index] === stop && (flags[index]! & LINE_FLAG.truncated) === 0;
}
