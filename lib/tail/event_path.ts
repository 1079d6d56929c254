/** Where in an event a value stands. */
import type { Event, FieldValue } from "../event/event.ts";

/** Keys of an event besides its fields. */
const KEYS: ReadonlySet<string> = new Set([
  ...["timestamp", "event_id", "schema", "sensor", "decky", "service", "event_type"],
  ...["attacker_ip", "msg"],
]);

const FIELDS = "fields.";

/** Reads one value of an event; undefined when it has none. */
export type EventValue = (event: Event) => FieldValue | undefined;

/**
 * What finds `path`: a key such as `decky`, or a field, as `fields.ja4` or just `ja4`. What follows
 * `fields.` is the name of the field with all its dots.
 */
export function eventPath(path: string): EventValue {
  if (KEYS.has(path)) {
    const key = path as Exclude<keyof Event, "fields">;
    return (event) => event[key];
  }
  const name = path.startsWith(FIELDS) ? path.slice(FIELDS.length) : path;
  // `constructor` is a field like others.
  return ({ fields }) => Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The value as text; undefined when there is none. Lists are joined by commas. */
export function eventText(value: FieldValue | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
