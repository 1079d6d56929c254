import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "../../tests/support/text_arbitrary.ts";
import { parseRfc5424 } from "./rfc5424_parser.ts";

const HEAD = "<134>1 2026-05-03T05:12:51Z decky-01 ssh - auth_attempt";

function fieldsOf(line: string): Record<string, string> {
  return { ...parseRfc5424(line)!.fields };
}

Deno.test("parseRfc5424() reads lines of DECNET's older containers", () => {
  const message = parseRfc5424(
    '<132>1 2026-04-12T05:12:51.123456+00:00 omega-decky smtp - auth_attempt [decnet@55555 src="192.0.2.1" user="a"] hi there',
  )!;
  assert.deepEqual({ ...message, fields: { ...message.fields } }, {
    facility: 16,
    severity: 4,
    timestamp: "2026-04-12T05:12:51.123456Z",
    time: 1_775_970_771_123_456,
    decky: "omega-decky",
    service: "smtp",
    procid: "-",
    eventType: "auth_attempt",
    elements: [{ id: "decnet@55555", params: [["src", "192.0.2.1"], ["user", "a"]] }],
    fields: { src: "192.0.2.1", user: "a" },
    msg: "hi there",
    damaged: false,
  });
});

Deno.test("parseRfc5424() reads the examples of RFC 5424 6.5", () => {
  const su = parseRfc5424(
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
  )!;
  assert.deepEqual([su.facility, su.severity, su.msg], [
    4,
    2,
    "'su root' failed for lonvick on /dev/pts/8",
  ]);
  const proc = parseRfc5424(
    "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
  )!;
  assert.deepEqual([proc.timestamp, proc.procid, proc.eventType], [
    "2003-08-24T12:14:15.000003Z",
    "8710",
    "-",
  ]);
  const two = parseRfc5424(
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" ' +
      'eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]',
  )!;
  assert.deepEqual(two.elements.map((element) => element.id), [
    "exampleSDID@32473",
    "examplePriority@32473",
  ]);
  assert.equal(two.fields["class"], "high");
  assert.equal("msg" in two, false);
});

Deno.test("parseRfc5424() reads any PROCID (F3), names with - and . (F5), a NIL element with MSG (F13)", () => {
  assert.equal(parseRfc5424(`${HEAD.replace(" - ", " 1234 ")} -`)!.procid, "1234");
  assert.deepEqual(fieldsOf(`${HEAD} [x user-agent="x" a.b="y"]`), {
    "user-agent": "x",
    "a.b": "y",
  });
  assert.equal(parseRfc5424(`${HEAD} - text`)!.msg, "text");
});

Deno.test("parseRfc5424() lets the first of equal names win, over all elements (F10)", () => {
  const line = `${HEAD} [a x="1" x="2"][b x="3" y="4"] m`;
  assert.deepEqual(fieldsOf(line), { x: "1", y: "4" });
  assert.equal(parseRfc5424(line)!.elements[0]!.params.length, 2);
});

Deno.test("parseRfc5424() keeps a backslash before any other character (RFC 5424 6.3.3)", () => {
  assert.deepEqual(
    fieldsOf(String.raw`${HEAD} [x a="\n\\n\"\]\x" b="\u0041\u00ZZ\u001B\u" c="\\u001b"]`),
    {
      a: String.raw`\n\n"]\x`,
      b: String.raw`\u0041\u00ZZ\u001B\u`,
      c: String.raw`\u001b`,
    },
  );
});

Deno.test("parseRfc5424() takes an unescaped ] within quotes for text", () => {
  const message = parseRfc5424(`${HEAD} [x a="1]2" b="3"] m`)!;
  assert.deepEqual({ ...message.fields }, { a: "1]2", b: "3" });
  assert.equal(message.msg, "m");
});

Deno.test("parseRfc5424() keeps __proto__ as a plain field", () => {
  const message = parseRfc5424(`${HEAD} [x __proto__="1" constructor="2"]`)!;
  assert.equal(Object.getPrototypeOf(message.fields), null);
  assert.deepEqual(Object.entries(message.fields), [["__proto__", "1"], ["constructor", "2"]]);
});

Deno.test("parseRfc5424() keeps the header's own text when it is no time", () => {
  const message = parseRfc5424("<134>1 - h a - id -")!;
  assert.equal(message.timestamp, "-");
  assert.equal("time" in message, false);
  assert.equal(
    parseRfc5424("<134>1 2026-05-03T05:12:51 h a - id -")!.timestamp,
    "2026-05-03T05:12:51.000000Z",
  );
});

Deno.test("parseRfc5424() keeps the fields before a fault and says so", () => {
  for (
    const tail of [
      '[x a="1" b="2',
      '[x a="1" b',
      '[x a="1" b=2]',
      '[x a="1"',
      '[x a="1" "]',
      '[x a="1"]junk',
      '[x a="1"][y',
    ]
  ) {
    const message = parseRfc5424(`${HEAD} ${tail}`)!;
    assert.equal(message.damaged, true, tail);
    assert.deepEqual({ ...message.fields }, { a: "1" }, tail);
    assert.equal("msg" in message, false, tail);
  }
});

Deno.test("parseRfc5424() takes a text in place of the structured data for MSG", () => {
  for (const tail of ["hello", "-hello", "[error: x] y", "[ x", "["]) {
    const message = parseRfc5424(`${HEAD} ${tail}`)!;
    assert.deepEqual([message.damaged, message.msg, message.elements], [true, tail, []]);
  }
});

Deno.test("parseRfc5424() returns undefined for what is no RFC 5424 line", () => {
  const cases = [
    "",
    "hello",
    "<134>",
    "<134>2 2026-05-03T05:12:51Z h a - id -",
    "<192>1 2026-05-03T05:12:51Z h a - id -",
    "<>1 2026-05-03T05:12:51Z h a - id -",
    "<1340>1 2026-05-03T05:12:51Z h a - id -",
    "<134>12 2026-05-03T05:12:51Z h a - id -",
    "<134>1 2026-05-03T05:12:51Z h  a - id -",
    "<134>1 2026-05-03T05:12:51Z h a - id",
    "<34>Oct 11 22:14:15 mymachine su: 'su root' failed",
    " <134>1 2026-05-03T05:12:51Z h a - id -",
  ];
  for (const line of cases) assert.equal(parseRfc5424(line), undefined, line);
});

Deno.test("parseRfc5424() never throws", () => {
  const tail = fc.tuple(
    fc.constantFrom("", HEAD + " ", HEAD + " [x ", HEAD + ' [x a="', "<1>1 "),
    anyText(),
  );
  fc.assert(
    fc.property(tail, ([head, text]) => {
      parseRfc5424(head + text);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseRfc5424() reads a value of a million escapes whole", () => {
  const value = '"]\\'.repeat(350_000);
  const line = `${HEAD} [x a="${value.replace(/[\\"\]]/g, "\\$&")}"] m`;
  assert.equal(parseRfc5424(line)!.fields["a"], value);
});
