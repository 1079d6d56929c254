import fc from "fast-check";
import assert from "node:assert/strict";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { JsonBytes } from "./json_bytes.ts";
import { FieldNames } from "./named_fields.ts";

const VALUE = fc.oneof(
  fc.string({ unit: CODE_POINT }),
  fc.integer(),
  fc.boolean(),
  fc.constant(undefined),
);

Deno.test("FieldNames gives fields that are written as the object that they are", () => {
  const names = new FieldNames("one", 'tw"o', "three");
  fc.assert(fc.property(VALUE, VALUE, VALUE, (one, two, three) => {
    const part = names.of(one, two, three);
    assert.deepEqual(part.fields, { one, 'tw"o': two, three });
    const [written, expected] = [new JsonBytes(), new JsonBytes()];
    part.write(written);
    expected.members(part.fields);
    assert.deepEqual(written.written, expected.written);
  }));
});
