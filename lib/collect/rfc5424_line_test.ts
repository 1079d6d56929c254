import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRfc5424 } from "../event/rfc5424_parser.ts";
import type { LineReading } from "./line_reading.ts";
import { readRfc5424 } from "./rfc5424_line.ts";

/** What the parser of all RFC 5424 says. */
function reference(line: string): LineReading | undefined {
  const message = parseRfc5424(line);
  return message && {
    time: message.time,
    decky: message.decky,
    service: message.service,
    eventType: message.eventType,
    names: Object.keys(message.fields),
    values: Object.values(message.fields),
    msg: message.msg ?? "",
    damaged: message.damaged,
  };
}

const HEADER = "<134>1 2026-05-03T05:12:51.5Z decky ssh - login ";

Deno.test("readRfc5424() reads header, data and message", () => {
  assert.deepEqual(readRfc5424(`${HEADER}[relay@55555 src_ip="192.0.2.1" user="a b"] hello`), {
    time: Date.parse("2026-05-03T05:12:51.5Z") * 1000,
    decky: "decky",
    service: "ssh",
    eventType: "login",
    names: ["src_ip", "user"],
    values: ["192.0.2.1", "a b"],
    msg: "hello",
    damaged: false,
  });
});

Deno.test("readRfc5424() reads a line without its priority as the one with it", () => {
  const line = `${HEADER}[a b="c"] d`;
  assert.deepEqual(readRfc5424(line.slice("<134>".length)), readRfc5424(line));
  for (const other of ["1 hello", "1", "134>1 2026-", " 1 2026-05-03T05:12:51Z a b c d -"]) {
    assert.equal(readRfc5424(other), undefined, other);
  }
});

const piece = fc.constantFrom(
  ...[
    "<134>",
    "<0>",
    "<191>",
    "<192>",
    "<1",
    ">",
    "1 ",
    "2 ",
    "2026-05-03T05:12:51.123456Z ",
    "- ",
  ],
  ...["host ", "app ", " ", "[", "]", "[a", "[x@1 ", 'k="v"', ' k="v"', ' l="]"', ' m="\\]"', "="],
  ...['"', "\\", " msg", "\ufeff", "\u00e9", "a=b", ' __proto__="p"', ' 7="n"', "[a][b c="],
);

Deno.test("readRfc5424() agrees with parseRfc5424() on any line", () => {
  const whole = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const behind = whole.map((rest) => HEADER + rest);
  fc.assert(
    fc.property(fc.oneof(whole, behind), (line) => {
      const reading = readRfc5424(line);
      // The reference knows no line without its priority.
      const expected = reference(/^1 \d{4}-/.test(line) ? `<134>${line}` : line);
      if (reading === undefined || expected === undefined) {
        return assert.equal(reading, expected, line);
      }
      const { names, values, ...rest } = reading;
      const { names: expectedNames, values: expectedValues, ...expectedRest } = expected;
      assert.deepEqual(rest, expectedRest, line);
      // An object puts names that are numbers first.
      const pairs = (keys: readonly string[], texts: readonly string[]) =>
        keys.map((key, index) => `${key}=${texts[index]}`).sort();
      assert.deepEqual(pairs(names, values), pairs(expectedNames, expectedValues), line);
    }),
    { numRuns: 5000 },
  );
});
