/** The one event that every verb writes and reads. */

/** A field's value. One that came out of an RFC 5424 line is always a string. */
export type FieldValue = string | number | boolean | readonly string[] | readonly number[];

/** An event's data. A field with no value is left out of what is written: undefined, never empty. */
export type Fields = Readonly<Record<string, FieldValue | undefined>>;

/** `attacker_ip` where no address is known: what DECNET's own readers expect. */
export const UNKNOWN_ATTACKER = "Unknown";

/** Version of the record's form, carried by each event. */
export const SCHEMA_VERSION = 1;

/** One thing seen, in the key order in which it is written as JSON. */
export interface Event {
  /** RFC 3339 in UTC with microseconds and `Z`: the time of the thing seen. */
  readonly timestamp: string;
  /** ULID: 26 characters of Crockford base32. */
  readonly event_id: string;
  readonly schema: typeof SCHEMA_VERSION;
  /** Name of the host that saw it. */
  readonly sensor: string;
  /** The decoy that was touched (RFC 5424 HOSTNAME). */
  readonly decky: string;
  /** RFC 5424 APP-NAME. */
  readonly service: string;
  /** RFC 5424 MSGID. */
  readonly event_type: string;
  /** The attacker's address, or {@linkcode UNKNOWN_ATTACKER}. */
  readonly attacker_ip: string;
  readonly fields: Fields;
  /** Human text; left out when there is none. */
  readonly msg?: string;
  /** W3C traceparent of the work that made it, where work is traced. */
  readonly _trace?: string;
}
