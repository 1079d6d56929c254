/** An event whose fields come in parts, which are put together only for who asks for them. */
import { type Event, type Fields, SCHEMA_VERSION } from "./event.ts";
import { JsonBytes } from "./json_bytes.ts";
import { jsonText } from "./json_text.ts";
import type { PlaceId } from "./place_id.ts";
import { formatTimestamp, secondFraction, secondText } from "./time.ts";
import { WrittenPart } from "./written_part.ts";

/** Fields of one event, or such as know how they are written. */
export type FieldPart = Fields | WrittenPart;

const COMMA = 0x2c;
const FRACTION_DIGITS = 6;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const scratch = new JsonBytes();

/** What stands before the time, between time and id, and before the fields. */
const START = encoder.encode('{"timestamp":"');
const BEFORE_ID = encoder.encode('Z","event_id":"');
const BEFORE_FIELDS = encoder.encode(',"fields":{');
const BEFORE_RAW_LINE = encoder.encode('},"raw_line":');

/** What events of one type and one sensor have in common, and how that is written as JSON. */
export class EventKind {
  readonly sensor: string;
  readonly service: string;
  readonly eventType: string;
  /** What stands between the id and the decoy, and between the decoy and the attacker. */
  readonly afterId: Uint8Array;
  readonly afterDecky: Uint8Array;

  constructor(sensor: string, service: string, eventType: string) {
    this.sensor = sensor;
    this.service = service;
    this.eventType = eventType;
    this.afterId = encoder.encode(
      `","schema":${SCHEMA_VERSION},"sensor":${jsonText(sensor)},"decky":`,
    );
    this.afterDecky = encoder.encode(
      `,"service":${jsonText(service)},"event_type":${jsonText(eventType)},"attacker_ip":`,
    );
  }
}

/** An event that is written as JSON without its fields ever being in one object. */
export class JoinedEvent implements Event {
  readonly schema = SCHEMA_VERSION;
  readonly decky: string;
  readonly attacker_ip: string;
  readonly #kind: EventKind;
  readonly #micros: number;
  readonly #id: PlaceId;
  readonly #parts: readonly FieldPart[];
  #fields: Fields | undefined;

  /**
   * @param micros since the epoch
   * @param parts of the fields: no field is in two of them
   */
  constructor(
    kind: EventKind,
    micros: number,
    id: PlaceId,
    decky: string,
    attacker: string,
    parts: readonly FieldPart[],
  ) {
    this.decky = decky;
    this.attacker_ip = attacker;
    this.#kind = kind;
    this.#micros = micros;
    this.#id = id;
    this.#parts = parts;
  }

  get timestamp(): string {
    return formatTimestamp(this.#micros);
  }

  get event_id(): string {
    return this.#id.text;
  }

  get sensor(): string {
    return this.#kind.sensor;
  }

  get service(): string {
    return this.#kind.service;
  }

  get event_type(): string {
    return this.#kind.eventType;
  }

  get fields(): Fields {
    return this.#fields ??= Object.assign(
      {},
      ...this.#parts.map((part) => part instanceof WrittenPart ? part.fields : part),
    );
  }

  /** The event as one JSON object. @param rawLine see JsonOptions of json.ts */
  toJsonLine(rawLine: string | undefined): string {
    scratch.clear();
    this.writeJson(scratch, rawLine);
    return decoder.decode(scratch.written);
  }

  /** Writes what {@linkcode toJsonLine} gives. */
  writeJson(out: JsonBytes, rawLine?: string): void {
    const { afterId, afterDecky } = this.#kind;
    out.raw(START);
    out.ascii(secondText(this.#micros));
    out.digits(secondFraction(this.#micros), FRACTION_DIGITS);
    out.raw(BEFORE_ID);
    this.#id.write(out);
    out.raw(afterId);
    out.text(this.decky);
    out.raw(afterDecky);
    out.text(this.attacker_ip);
    out.raw(BEFORE_FIELDS);
    this.#writeParts(out);
    if (rawLine === undefined) {
      out.ascii("}}");
    } else {
      out.raw(BEFORE_RAW_LINE);
      out.text(rawLine);
      out.ascii("}");
    }
  }

  #writeParts(out: JsonBytes): void {
    const start = out.length;
    for (const part of this.#parts) {
      const before = out.length;
      if (before > start) out.byte(COMMA);
      const from = out.length;
      if (part instanceof WrittenPart) part.write(out);
      else out.members(part);
      // Nothing came behind the comma.
      if (out.length === from) out.cut(before);
    }
  }
}
