/** The only way in which an event comes into being. */
import { attackerAddress } from "./attacker.ts";
import { type Event, type FieldValue, SCHEMA_VERSION } from "./event.ts";
import { formatTimestamp } from "./time.ts";
import { eventId } from "./ulid.ts";

/** What {@linkcode createEvent} makes an event of. */
export interface EventInput {
  /** Microseconds since the epoch: the time of the thing seen. */
  readonly time: number;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly eventType: string;
  /** @default the address in the fields, see {@linkcode attackerAddress} */
  readonly attackerIp?: string | undefined;
  /** A field whose value is undefined is left out. */
  readonly fields: Readonly<Record<string, FieldValue | undefined>>;
  /** Empty text counts as none. */
  readonly msg?: string | undefined;
  /**
   * Where the event came from: a packet number, a container and log offset. With it the same input
   * always gets the same `event_id`; without it the id is random.
   */
  readonly origin?: string | undefined;
  /** W3C traceparent of the work that made it. */
  readonly trace?: string | undefined;
}

/**
 * The event of `input`. Its fields have no prototype, so that a name out of a log line, such as
 * `constructor`, meets nothing but fields.
 */
export function createEvent(input: EventInput): Event {
  const { time, sensor, decky, service, eventType, msg, origin } = input;
  const fields: Record<string, FieldValue> = Object.create(null);
  for (const [name, value] of Object.entries(input.fields)) {
    if (value !== undefined) fields[name] = value;
  }
  const timestamp = formatTimestamp(time);
  const seed = origin === undefined
    ? undefined
    : JSON.stringify([origin, timestamp, sensor, decky, service, eventType, fields, msg]);
  return {
    timestamp,
    event_id: eventId(time, seed),
    schema: SCHEMA_VERSION,
    sensor,
    decky,
    service,
    event_type: eventType,
    attacker_ip: input.attackerIp ?? attackerAddress(fields),
    fields,
    ...(msg ? { msg } : {}),
    ...(input.trace === undefined ? {} : { _trace: input.trace }),
  };
}
