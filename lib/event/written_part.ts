/** Parts of an event's fields that know how they are written. */
import type { Fields } from "./event.ts";
import type { JsonBytes } from "./json_bytes.ts";

/** Some fields of an event, which need not be in an object to be written as JSON. */
export abstract class WrittenPart {
  abstract readonly fields: Fields;

  /** Writes what {@linkcode JsonBytes.members} would write of {@linkcode fields}. */
  abstract write(out: JsonBytes): void;
}
