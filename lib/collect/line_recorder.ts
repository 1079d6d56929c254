/** Makes of a line what it adds to the two files. */
import { type FieldValue, UNKNOWN_ATTACKER } from "../event/event.ts";
import type { ContainerLines } from "../docker/container_lines.ts";
import { microsOf } from "../docker/log_time.ts";
import { attackerOf } from "./attacker_of.ts";
import { ChunkRecorder } from "./chunk_recorder.ts";
import { guessAddress } from "./guess_address.ts";
import { lineId } from "./line_id.ts";
import { LineJsonWriter } from "./line_json.ts";
import { type LineReading, NIL } from "./line_reading.ts";
import { safeLine } from "./line_text.ts";
import { ORIGIN_DECKY, ORIGIN_SERVICE } from "./origin_fields.ts";
import { RAW_LINE, readLine } from "./read_line.ts";
import type { RecorderOptions, RecordPlace } from "./recording.ts";
import type { Origin, SourceBatch, SourceLine } from "./source.ts";

/** Printable ASCII without what escapes begin with: so is all that is read out of it. */
const PLAIN = /^[ -[\]-~]*$/;

/** Records lines. */
export class LineRecorder {
  readonly #options: RecorderOptions;
  readonly #json: LineJsonWriter;
  readonly #chunks: ChunkRecorder;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#json = new LineJsonWriter(options.sensor);
    this.#chunks = new ChunkRecorder(options);
  }

  /** Records all lines of `batch`. @returns microseconds since the epoch of the last line */
  record(batch: SourceBatch, place: RecordPlace): number {
    const { decky = "", service = "", container = "" } = batch.origin;
    const isPlainOrigin = PLAIN.test(decky + service + container);
    const isBack = place.back !== undefined && place.back.size > 0;
    const { trace } = place;
    if (trace !== undefined) this.#json.mark(trace);
    const { chunk } = batch;
    // What is known of the work goes into events, which only the one way does.
    if (chunk !== undefined && !isBack && trace === undefined) {
      this.#chunks.record(batch, chunk, place, {
        event: (line) => {
          const isPlain = isPlainOrigin && PLAIN.test(line.text);
          this.#event(batch, line, line.text, isPlain, place);
        },
        line: (line) => this.#line(batch, line, isPlainOrigin, place),
      });
      return chunk.stamps === undefined ? place.now : lastTime(chunk.stamps);
    }
    const back = isBack ? place.back : undefined;
    let last = place.now;
    for (const line of batch.lines) {
      this.#line(batch, line, isPlainOrigin, { ...place, back });
      last = line.time ?? place.now;
    }
    return last;
  }

  #line(
    batch: SourceBatch,
    line: SourceLine,
    isPlainOrigin: boolean,
    place: RecordPlace,
  ): void {
    const { counters } = this.#options;
    counters.lines++;
    if (line.truncated === true) counters.truncated++;
    const isPlain = PLAIN.test(line.text);
    const text = isPlain ? line.text : safeLine(line.text);
    const isLogged = place.back?.takeLine(batch.key, text) ?? false;
    if (!isLogged) {
      counters.logged++;
      place.output.log.add(text);
    }
    const isTold = this.#event(batch, line, text, isPlain && isPlainOrigin, place);
    if (isLogged || isTold) counters.repeated++;
  }

  /** Records the event of a line, if it makes one; true when the output has it already. */
  #event(
    { key, origin }: SourceBatch,
    line: SourceLine,
    rawLine: string,
    isPlain: boolean,
    place: RecordPlace,
  ): boolean {
    const { limiter, held, counters, dropApps, zoneOffset, guessIp } = this.#options;
    const { text, time: received = place.now } = line;
    if (text === "") {
      counters.blank++;
      return false;
    }
    const reading = readLine(text, origin, { now: received, offset: zoneOffset });
    if (reading === undefined) {
      counters.malformed++;
      return false;
    }
    const { eventType, msg, time = received } = reading;
    const decky = reading.decky === NIL ? origin.decky ?? NIL : reading.decky;
    const service = reading.service === NIL ? origin.service ?? NIL : reading.service;
    if (dropApps.has(service)) {
      counters.dropped++;
      return false;
    }
    const found = attackerOf(reading.names, reading.values);
    const attacker = found?.address ?? (guessIp ? guessAddress(msg) : undefined) ??
      UNKNOWN_ATTACKER;
    const id = lineId(time, key, line.place, text);
    const isTold = place.back?.takeEvent(id) ?? false;
    const limitKey = { attacker, decky, service, eventType };
    const isAdmitted = limiter.admits(limitKey, time);
    if (isTold) return true;
    if (!isAdmitted) {
      counters.held++;
      held.add(limitKey, time, place.clock);
      return false;
    }
    counters.events++;
    if (eventType === RAW_LINE) counters.raw++;
    const { names, values } = withFacts(reading, origin, found?.port, line.truncated === true);
    this.#json.write(
      { time, id, decky, service, eventType, attacker, names, values, msg, rawLine, isPlain },
      place.output.json,
    );
    return false;
  }
}

/** Microseconds since the epoch at which the last line was taken. */
function lastTime({ seconds, nanos, count }: ContainerLines): number {
  return microsOf({ seconds: seconds[count - 1]!, nanos: nanos[count - 1]! });
}

/** The fields of a line and what is known about it besides. */
function withFacts(
  reading: LineReading,
  origin: Origin,
  port: number | undefined,
  isTruncated: boolean,
): { readonly names: readonly string[]; readonly values: readonly FieldValue[] } {
  const { decky, service, damaged } = reading;
  // A line may claim to be of another decoy than the one that printed it.
  const otherDecky = origin.decky !== undefined && origin.decky !== decky && decky !== NIL;
  const otherService = origin.service !== undefined && origin.service !== service &&
    service !== NIL;
  if (!otherDecky && !otherService && !damaged && !isTruncated && port === undefined) {
    return reading;
  }
  const names = [...reading.names];
  const values: FieldValue[] = [...reading.values];
  const add = (name: string, value: FieldValue | undefined) => {
    if (value === undefined) return;
    const index = names.indexOf(name);
    names[index < 0 ? names.length : index] = name;
    values[index < 0 ? values.length : index] = value;
  };
  if (port !== undefined && !names.includes("remote_port")) add("remote_port", String(port));
  if (otherDecky) add(ORIGIN_DECKY, origin.decky);
  if (otherDecky || otherService) add(ORIGIN_SERVICE, origin.service);
  if (damaged) add("damaged", true);
  if (isTruncated) add("truncated", true);
  return { names, values };
}
