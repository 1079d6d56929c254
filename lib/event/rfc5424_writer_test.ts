import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "../../tests/support/text_arbitrary.ts";
import { hasUnsafe } from "../text/unsafe.ts";
import { createEvent } from "./create.ts";
import type { Event, Fields } from "./event.ts";
import { parseRfc5424 } from "./rfc5424_parser.ts";
import { writeRfc5424 } from "./rfc5424_writer.ts";

function event(
  fields: Fields,
  rest: { msg?: string; decky?: string; eventType?: string } = {},
): Event {
  return createEvent({
    time: 1_777_785_171_123_456,
    sensor: "sensor-1",
    decky: "decky-01",
    service: "ssh",
    eventType: "auth_attempt",
    fields,
    ...rest,
  });
}

Deno.test("writeRfc5424() writes what DECNET's readers expect", () => {
  assert.equal(
    writeRfc5424(event({ src_ip: "192.0.2.1", port: 22, ok: true, sans: ["a", "b"], ids: [1, 2] }, {
      msg: "login",
    })),
    '<134>1 2026-05-03T05:12:51.123456Z decky-01 ssh - auth_attempt [relay@55555 src_ip="192.0.2.1" ' +
      'port="22" ok="true" sans="a,b" ids="1,2"] login',
  );
});

Deno.test("writeRfc5424() writes NIL for no fields, severity 4 for warnings, another SD-ID on demand", () => {
  const quiet = event({}, { eventType: "prober_error" });
  assert.equal(
    writeRfc5424(quiet),
    "<132>1 2026-05-03T05:12:51.123456Z decky-01 ssh - prober_error -",
  );
  const line = writeRfc5424(event({ a: "b" }), { sdId: "decnet@55555" });
  assert.match(line, / \[decnet@55555 a="b"\]$/);
});

Deno.test("writeRfc5424() keeps header parts and names within RFC 5424's characters and lengths", () => {
  const line = writeRfc5424(
    event({ 'a b="]': "1", "": "2", ["n".repeat(40)]: "3" }, {
      decky: `caf\u00e9 \n${"d".repeat(300)}`,
      eventType: "",
    }),
  );
  const message = parseRfc5424(line)!;
  assert.equal(message.decky, `caf___${"d".repeat(249)}`);
  assert.equal(message.eventType, "-");
  assert.deepEqual(Object.keys(message.fields), ["a_b___", "_", "n".repeat(32)]);
});

Deno.test("writeRfc5424() keeps a ] in a password and all that follows it (F1)", () => {
  const fields = { username: "ro]ot", password: '"] hello', src_ip: "[::1]:443" };
  const message = parseRfc5424(writeRfc5424(event(fields, { msg: "m" })))!;
  assert.deepEqual({ ...message.fields }, fields);
  assert.equal(message.msg, "m");
});

Deno.test("writeRfc5424() escapes as RFC 5424 6.3.3 says, and control characters in a form of its own", () => {
  assert.match(
    writeRfc5424(event({ a: '"]\\\n' }, { msg: '"]\\\n' })),
    / \[relay@55555 a="\\"\\\]\\\\\\u000a"\] "\]\\\\u000a$/,
  );
});

Deno.test("writeRfc5424() turns a forged line into one line and one event (F9)", () => {
  const forged =
    'x"]\n<134>1 2026-05-03T05:12:51Z decky-01 ssh - auth_attempt [relay@55555 src_ip="8.8.8.8"] y';
  for (const newline of ["\n", "\r", "\r\n", "\u2028", "\u0085", "\0"]) {
    const value = forged.replace("\n", newline);
    const line = writeRfc5424(
      event({ banner: value }, { msg: value, decky: value, eventType: value }),
    );
    assert.equal(hasUnsafe(line), false);
    const message = parseRfc5424(line)!;
    assert.deepEqual({ ...message.fields }, { banner: value });
    assert.equal(message.msg, value);
    assert.equal(message.elements.length, 1);
  }
});

Deno.test("writeRfc5424() tells an escape from the same text typed by an attacker", () => {
  for (
    const text of [
      "\\u001b",
      "\u001b",
      "\\\u001b",
      "\\\\u001b",
      "\\u005c",
      "\\u005cu001b",
      "\\n",
      "\\",
    ]
  ) {
    const message = parseRfc5424(writeRfc5424(event({ text }, { msg: text })))!;
    assert.equal(message.fields["text"], text);
    assert.equal(message.msg, text);
  }
  // Text that is no escape stays readable in the message.
  assert.ok(writeRfc5424(event({}, { msg: "C:\\users\\u0041" })).endsWith("- C:\\users\\u0041"));
});

Deno.test("parseRfc5424(writeRfc5424(event)) gives back fields and message of any text", () => {
  const name = fc.string({ unit: fc.constantFrom(..."abc_-.@["), minLength: 1, maxLength: 12 });
  const fields = fc.dictionary(name, anyText(), { maxKeys: 5 });
  fc.assert(
    fc.property(fields, anyText(), (values, msg) => {
      const line = writeRfc5424(event(values, { msg }));
      assert.equal(hasUnsafe(line), false);
      const message = parseRfc5424(line)!;
      assert.equal(message.damaged, false);
      assert.deepEqual({ ...message.fields }, { ...values });
      assert.equal(message.msg ?? "", msg);
      assert.equal(message.timestamp, "2026-05-03T05:12:51.123456Z");
      assert.deepEqual(
        [
          message.facility,
          message.severity,
          message.decky,
          message.service,
          message.procid,
          message.eventType,
        ],
        [16, 6, "decky-01", "ssh", "-", "auth_attempt"],
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseRfc5424(writeRfc5424(event)) holds for every single code unit, alone and after a backslash", () => {
  for (let code = 0; code <= 0xffff; code++) {
    const text = String.fromCharCode(code);
    const message = parseRfc5424(
      writeRfc5424(event({ a: text, b: `\\${text}` }, { msg: `x${text}` })),
    )!;
    assert.equal(message.fields["a"], text);
    assert.equal(message.fields["b"], `\\${text}`);
    assert.equal(message.msg, `x${text}`);
  }
});
