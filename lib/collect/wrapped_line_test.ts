import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { unwrapLine } from "./wrapped_line.ts";

const INNER = "<134>1 2026-05-03T05:12:51Z decky ssh - login -";
const TIME = Date.parse("2026-05-03T05:12:52Z") * 1000 + 123_456;

Deno.test("unwrapLine() knows the wrappers of Docker and of container runtimes", () => {
  const cases: [line: string, time: number | undefined][] = [
    [`2026-05-03T05:12:52.123456789Z ${INNER}`, TIME],
    [`2026-05-03T05:12:52.123456789Z stdout F ${INNER}`, TIME],
    [`2026-05-03T07:12:52.123456+02:00 stderr P ${INNER}`, TIME],
    [`omega-decky-ssh-1  | ${INNER}`, undefined],
    [
      JSON.stringify({
        log: `${INNER}\r\n`,
        stream: "stdout",
        time: "2026-05-03T05:12:52.123456789Z",
      }),
      TIME,
    ],
  ];
  for (const [line, time] of cases) assert.deepEqual(unwrapLine(line), { text: INNER, time }, line);
});

Deno.test("unwrapLine() finds nothing in a line that merely quotes another", () => {
  for (
    const line of [
      ...["", "{", '{"log":"', '{"log":7}', '{"log":"x"', `GET /${INNER}`, `user ${INNER}`],
      ...[`a | b | ${INNER}`, `2026-05-03T05:12:52Z login of ${INNER}`, `"x" | ${INNER}`],
      ...[`x |  ${INNER}`, `2026-05-03T05:12:52Z stdout ${INNER}`, `{"text":"${INNER}"}`, INNER],
    ]
  ) assert.equal(unwrapLine(line), undefined, line);
});

Deno.test("unwrapLine() gives the text of any json-file line", () => {
  const texts = fc.oneof(fc.string({ unit: CODE_POINT }), fc.constantFrom("\r", "a\r", "\r\r", ""));
  fc.assert(fc.property(texts, (text) => {
    const line = JSON.stringify({ log: `${text}\n`, stream: "stdout" });
    // A terminal ends lines with CR LF.
    assert.equal(unwrapLine(line)?.text, text.replace(/\r$/, ""));
  }));
});
