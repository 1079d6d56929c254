/** Fields that many events have in common, such as all that one hello says: their JSON is made once. */
import type { Fields } from "./event.ts";
import { JsonBytes } from "./json_bytes.ts";
import { WrittenPart } from "./written_part.ts";

/** Fields, and their members as JSON. */
export class SharedFields extends WrittenPart {
  readonly fields: Fields;
  #json: Uint8Array | undefined;

  constructor(fields: Fields) {
    super();
    this.fields = fields;
  }

  write(out: JsonBytes): void {
    this.#json ??= membersOf(this.fields);
    out.raw(this.#json);
  }
}

const scratch = new JsonBytes();

function membersOf(fields: Fields): Uint8Array {
  scratch.clear();
  scratch.members(fields);
  return scratch.written.slice();
}
