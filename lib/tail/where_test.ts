import assert from "node:assert/strict";
import fc from "fast-check";
import { createEvent } from "../event/create.ts";
import type { FieldValue } from "../event/event.ts";
import { needlesOfWhere } from "./needles.ts";
import { parseWhere } from "./where_parser.ts";
import { wherePredicate } from "./where_predicate.ts";
import { WhereError } from "./where_tokens.ts";

function event(fields: Readonly<Record<string, FieldValue>>) {
  return createEvent({
    time: 1_700_000_000_000_000,
    sensor: "sensor-1",
    decky: "web-1",
    service: "sniffer",
    eventType: "tls_client_hello",
    fields: { src_ip: "203.0.113.7", ...fields },
  });
}

const EVENT = event({
  ja4: "t13d1516h2",
  ttl: 57,
  alpn: ["h2", "http/1.1"],
  ok: true,
  text: "57",
  "a.b": "dotted",
  when: "2023-11-14T22:13:20.500000Z",
});

function holds(expression: string): boolean {
  return wherePredicate(parseWhere(expression))(EVENT);
}

for (
  const expression of [
    'fields.ja4 == "t13d1516h2" && fields.ttl < 64',
    "ttl >= 57 && ttl <= 57 && ttl > 56.5",
    'event_type =~ "tls_*" || nothing',
    "!(decky == 'web-2')",
    'attacker_ip in "203.0.113.0/24"',
    'decky in ["web-0", "web-1"]',
    '"h2" in alpn && alpn == "http/1.1" && alpn =~ "http/*"',
    '"13d" in fields.ja4',
    "ok && ok == true && ok == 1",
    "text == 57 && text < 58",
    'fields.a.b == "dotted"',
    'missing != "x"',
    'timestamp >= "2023-11-14"',
    'when > "2023-11-14T22:13:20Z" && when >= "2023-11-14T22:13:20Z" && when < "2023-11-14T22:13:21Z"',
    'when < "2023-11-14T23:13:20.6+01:00" && timestamp <= "2023-11-14T22:13:20Z"',
    "!missing && !fields.constructor",
    'ttl in [1, 57] && ttl != 58 && "t13d1516h2" == ja4',
  ]
) {
  Deno.test(`parseWhere() reads ${expression}`, () => assert.ok(holds(expression)));
}

for (
  const expression of [
    "missing == missing",
    "missing < 1",
    "ja4 < 5 || ja4 > 5 || ja4 == 5",
    'attacker_ip in "198.51.100.0/24"',
    'false || service == "ssh" && true',
    '"h3" in alpn',
    "ok == false",
  ]
) {
  Deno.test(`parseWhere() knows that it is not so: ${expression}`, () =>
    assert.ok(!holds(expression)));
}

for (
  const [expression, column, reason] of [
    ["", 1, "ends"],
    ["ttl = 5", 5, "=="],
    ["ttl < ", 7, "ends"],
    ["(ttl < 5", 9, ")"],
    ["ttl & 5", 5, "&&"],
    ['ja4 == "t13', 8, "quote"],
    ["ttl < 5 ttl", 9, "&& or ||"],
    ["ttl in [a]", 9, "values only"],
    ["ttl =~ 5", 8, "pattern"],
    ["a; b", 2, "unexpected"],
    ["constructor()", 12, "&& or ||"],
    [`${"(".repeat(65)}a${")".repeat(65)}`, 65, "deeply"],
    ["!".repeat(9000), 8193, "too long"],
  ] as const
) {
  Deno.test(`parseWhere() points at column ${column} of ${expression.slice(0, 20)}`, () => {
    assert.throws(() => parseWhere(expression), (error) => {
      assert.ok(error instanceof WhereError);
      assert.equal(error.column, column);
      assert.ok(error.message.includes(reason), error.message);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  });
}

Deno.test("parseWhere() of any text gives an answer or a WhereError", () => {
  const word = fc.constantFrom(
    ...["a", "fields.ttl", "==", "=~", "in", "[", "]", "(", ")", "!", "&&", "||", '"x"', "5", ","],
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.array(word).map((all) => all.join(" "))), (text) => {
      try {
        wherePredicate(parseWhere(text))(EVENT);
      } catch (error) {
        if (!(error instanceof WhereError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("needlesOfWhere() gives what each line must hold that the expression is true of", () => {
  const needles = (text: string) => needlesOfWhere(parseWhere(text));
  assert.deepEqual(needles('ja4 == "t13d1516h2" && ttl < 64'), ["t13d1516h2"]);
  assert.deepEqual(needles('decky == "web-1" || service =~ "smtp*relay"'), ["web-1", "relay"]);
  assert.deepEqual(needles('attacker_ip in "203.0.112.0/20"'), ["203.0."]);
  assert.deepEqual(needles('"example.com" in sni'), ["example.com"]);
  assert.deepEqual(needles('attacker_ip == "203.0.113.7"'), ["203.0.113.7"]);
  assert.deepEqual(needles('attacker_ip =~ "203.0.*"'), ["203.0."]);
  for (
    const text of [
      ...['!(ja4 == "t13d1516h2")', "ttl == 57", 'ttl == "57"', 'ja4 != "abc"', 'sensor == "abc"'],
      ...['sni == "a/b/c"', 'attacker_ip == "2001:db8::1"', 'timestamp == "2023-11-14"'],
      'decky == "web-1" || ttl < 5',
      // "Unknown" stands in no line of RFC 5424, and an IPv6 address may be written otherwise.
      ...['attacker_ip == "Unknown"', 'attacker_ip =~ "Unk*"', 'attacker_ip in ["Unknown"]'],
      ...['"known" in attacker_ip', 'attacker_ip =~ "2001:db8:*"', 'damaged =~ "true*"'],
    ]
  ) assert.equal(needles(text), undefined, text);
});
