/** An event whose fields come in parts, which are put together only for who asks for them. */
import { type Event, type Fields, SCHEMA_VERSION } from "./event.ts";
import { jsonMembers, jsonText, SharedFields } from "./shared_fields.ts";

/** Fields of one event, or such as it has in common with others. */
export type FieldPart = Fields | SharedFields;

/** What events of one type and one sensor have in common, and how that is written as JSON. */
export class EventKind {
  readonly sensor: string;
  readonly service: string;
  readonly eventType: string;
  /** What stands between the id and the decoy, and between the decoy and the attacker. */
  readonly afterId: string;
  readonly afterDecky: string;

  constructor(sensor: string, service: string, eventType: string) {
    this.sensor = sensor;
    this.service = service;
    this.eventType = eventType;
    this.afterId = `","schema":${SCHEMA_VERSION},"sensor":${jsonText(sensor)},"decky":`;
    this.afterDecky = `,"service":${jsonText(service)},"event_type":${jsonText(eventType)},` +
      `"attacker_ip":`;
  }
}

/** An event that is written as JSON without its fields ever being in one object. */
export class JoinedEvent implements Event {
  readonly timestamp: string;
  readonly event_id: string;
  readonly schema = SCHEMA_VERSION;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly event_type: string;
  readonly attacker_ip: string;
  readonly #kind: EventKind;
  readonly #parts: readonly FieldPart[];
  #fields: Fields | undefined;

  /** @param parts of the fields: no field is in two of them */
  constructor(
    kind: EventKind,
    timestamp: string,
    id: string,
    decky: string,
    attacker: string,
    parts: readonly FieldPart[],
  ) {
    this.timestamp = timestamp;
    this.event_id = id;
    this.sensor = kind.sensor;
    this.decky = decky;
    this.service = kind.service;
    this.event_type = kind.eventType;
    this.attacker_ip = attacker;
    this.#kind = kind;
    this.#parts = parts;
  }

  get fields(): Fields {
    return this.#fields ??= Object.assign(
      {},
      ...this.#parts.map((part) => part instanceof SharedFields ? part.fields : part),
    );
  }

  /** The event as one JSON object. @param rawLine see JsonOptions of json.ts */
  toJsonLine(rawLine: string | undefined): string {
    const { afterId, afterDecky } = this.#kind;
    let line = '{"timestamp":"' + this.timestamp + '","event_id":"' + this.event_id + afterId +
      jsonText(this.decky) + afterDecky + jsonText(this.attacker_ip) + ',"fields":{';
    let isFirst = true;
    for (const part of this.#parts) {
      const json = part instanceof SharedFields ? part.json : jsonMembers(part);
      if (json === "") continue;
      line += isFirst ? json : "," + json;
      isFirst = false;
    }
    return line + (rawLine === undefined ? "}}" : `},"raw_line":${jsonText(rawLine)}}`);
  }
}
