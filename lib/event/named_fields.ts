/** Fields whose names are always the same: these are put into JSON once, for all events. */
import type { Fields, FieldValue } from "./event.ts";
import type { JsonBytes } from "./json_bytes.ts";
import { jsonText } from "./json_text.ts";
import { WrittenPart } from "./written_part.ts";

const COMMA = 0x2c;

const encoder = new TextEncoder();

/** The names of some fields. */
export class FieldNames {
  readonly names: readonly string[];
  /** Each name as JSON with its colon, without and with a comma before. */
  readonly first: readonly Uint8Array[];
  readonly next: readonly Uint8Array[];

  constructor(...names: readonly string[]) {
    this.names = names;
    this.first = names.map((name) => encoder.encode(`${jsonText(name)}:`));
    this.next = this.first.map((member) => Uint8Array.of(COMMA, ...member));
  }

  /** Fields with these values, in the order of their names; undefined for one that is left out. */
  of(...values: readonly (FieldValue | undefined)[]): WrittenPart {
    return new NamedFields(this, values);
  }
}

class NamedFields extends WrittenPart {
  readonly #names: FieldNames;
  readonly #values: readonly (FieldValue | undefined)[];

  constructor(names: FieldNames, values: readonly (FieldValue | undefined)[]) {
    super();
    this.#names = names;
    this.#values = values;
  }

  get fields(): Fields {
    return Object.fromEntries(
      this.#names.names.map((name, index) => [name, this.#values[index]]),
    );
  }

  write(out: JsonBytes): void {
    const values = this.#values;
    let members = this.#names.first;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value === undefined) continue;
      out.raw(members[index]!);
      out.value(value);
      members = this.#names.next;
    }
  }
}
