import assert from "node:assert/strict";
import {
  parseAddressFlag,
  parseDuration,
  parseNames,
  parsePortWish,
  parsePositiveDuration,
  parseRate,
  parseText,
  wholeNumber,
} from "./flag_values.ts";

/** Asserts that `parse` throws a RangeError that quotes the text, for each of `texts`. */
function assertRefused(parse: (text: string) => unknown, texts: readonly string[]): void {
  for (const text of texts) {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof RangeError, `"${text}"`);
      assert.ok(error.message.startsWith(`"${text}" `), error.message);
      return true;
    });
  }
}

Deno.test("parseDuration() reads every unit, with fractions, as milliseconds", () => {
  const cases: [string, number][] = [
    ["250ms", 250],
    ["5s", 5000],
    ["0s", 0],
    ["0", 0],
    ["10m", 600_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["0.5ms", 0.5],
  ];
  for (const [text, milliseconds] of cases) assert.equal(parseDuration(text), milliseconds, text);
});

Deno.test("parseDuration() refuses anything else", () => {
  assertRefused(parseDuration, [
    ...["", "5", "s", "-5s", "+5s", "5 s", " 5s", "5S", "5sec", "1h30m", "1.s", ".5s", "1e3s"],
    ...["1,5s", "Infinitys", "5s\n", "9999999999s"],
  ]);
});

Deno.test("parsePositiveDuration() refuses zero too", () => {
  assert.equal(parsePositiveDuration("1ms"), 1);
  assertRefused(parsePositiveDuration, ["0s", "0.000000d", "5"]);
});

Deno.test("wholeNumber() takes the numbers from low to high", () => {
  const parse = wholeNumber(1, 10_000);
  for (const [text, number] of [["1", 1], ["10000", 10_000], ["007", 7]] as const) {
    assert.equal(parse(text), number);
  }
  assertRefused(parse, ["", "0", "10001", "-1", "1.0", "1e2", "0x10", "x", " 1", "9999999999"]);
});

Deno.test("parseRate() reads numbers, also with /s", () => {
  for (const [text, rate] of [["0", 0], ["100", 100], ["0.5/s", 0.5], ["20/s", 20]] as const) {
    assert.equal(parseRate(text), rate);
  }
  assertRefused(parseRate, ["", "-1", "1/m", "/s", "1 /s", ".5", "1e3", "99999999", "NaN"]);
});

Deno.test("parsePortWish() reads ports of one probe, or of all", () => {
  assert.deepEqual(parsePortWish("443,8000-8002"), { probe: "", ports: [443, 8000, 8001, 8002] });
  assert.deepEqual(parsePortWish("jarm=443"), { probe: "jarm", ports: [443] });
  for (const [text, part] of [["jarm=", ""], ["jarm", "jarm"], ["jarm=a=1", "a=1"], ["", ""]]) {
    assert.throws(() => parsePortWish(text!), {
      name: "RangeError",
      message: `"${part}" is not a port (1-65535) or a range of them`,
    });
  }
});

Deno.test("parseAddressFlag() gives the canonical form", () => {
  assert.equal(parseAddressFlag("192.0.2.7"), "192.0.2.7");
  assert.equal(parseAddressFlag("2001:DB8:0::1"), "2001:db8::1");
  assertRefused(parseAddressFlag, [
    "",
    "example.org",
    "192.0.2.7:80",
    "[::1]",
    "10.0.0.0/8",
    "1.2.3",
  ]);
});

Deno.test("parseNames() splits at commas, and wants one name at least", () => {
  assert.deepEqual(parseNames("jarm"), ["jarm"]);
  assert.deepEqual(parseNames(" jarm, ,hassh,"), ["jarm", "hassh"]);
  for (const text of ["", " ", ",,"]) assert.throws(() => parseNames(text), /needs a name/);
});

Deno.test("parseText() refuses the empty text only", () => {
  assert.equal(parseText(" "), " ");
  assert.throws(() => parseText(""), { name: "RangeError", message: "needs a value" });
});
