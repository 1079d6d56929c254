import assert from "node:assert/strict";
import fc from "fast-check";
import { derText } from "../../tests/support/der_builder.ts";
import { DerReader, TAG } from "./der.ts";
import { decodeTime } from "./time.ts";

function decode(tag: number, text: string): string | undefined {
  return decodeTime(new DerReader(derText(tag, text)).next()!);
}

Deno.test("decodeTime() reads UTCTime, its years from 1950 to 2049", () => {
  const known = {
    "200102030405Z": "2020-01-02T03:04:05Z",
    "500101000000Z": "1950-01-01T00:00:00Z",
    "991231235959Z": "1999-12-31T23:59:59Z",
    "000229000000Z": "2000-02-29T00:00:00Z",
    "491231235959Z": "2049-12-31T23:59:59Z",
  };
  for (const [text, time] of Object.entries(known)) assert.equal(decode(TAG.utcTime, text), time);
});

Deno.test("decodeTime() reads GeneralizedTime of any year", () => {
  const known = {
    "20500101000000Z": "2050-01-01T00:00:00Z",
    "99991231235959Z": "9999-12-31T23:59:59Z",
    "00010101000000Z": "0001-01-01T00:00:00Z",
    "00500101000000Z": "0050-01-01T00:00:00Z",
    "20200102030405.678Z": "2020-01-02T03:04:05Z",
    "20200102030405,6Z": "2020-01-02T03:04:05Z",
  };
  for (const [text, time] of Object.entries(known)) {
    assert.equal(decode(TAG.generalizedTime, text), time);
  }
});

Deno.test("decodeTime() takes times without seconds, and converts those of other zones", () => {
  assert.equal(decode(TAG.utcTime, "2001020304Z"), "2020-01-02T03:04:00Z");
  assert.equal(decode(TAG.generalizedTime, "202001020304Z"), "2020-01-02T03:04:00Z");
  assert.equal(decode(TAG.generalizedTime, "2020010203Z"), "2020-01-02T03:00:00Z");
  assert.equal(decode(TAG.utcTime, "200101003000+0100"), "2019-12-31T23:30:00Z");
  assert.equal(decode(TAG.utcTime, "2001010030-0530"), "2020-01-01T06:00:00Z");
  assert.equal(decode(TAG.generalizedTime, "20191231235959-0001"), "2020-01-01T00:00:59Z");
});

Deno.test("decodeTime() returns undefined for what is no time", () => {
  const garbage = [
    "",
    "Z",
    "200102030405",
    "200002000000Z",
    "201302000000Z",
    "200100000000Z",
    "200132000000Z",
    "190229000000Z",
    "200431000000Z",
    "200102240000Z",
    "200102036000Z",
    "200102030460Z",
    "200102030405z",
    " 00102030405Z",
    "2001020304051Z",
    "200102030405+2400",
    "200102030405+0060",
    "200102030405+01",
    "200102030405Z\n",
    "-00102030405Z",
  ];
  for (const text of garbage) assert.equal(decode(TAG.utcTime, text), undefined, text);
  for (const text of ["20200102030405", "200113030405Z", "2020010203040Z", "20200102Z"]) {
    assert.equal(decode(TAG.generalizedTime, text), undefined, text);
  }
  assert.equal(decode(TAG.generalizedTime, "00000101000000+0001"), undefined);
  assert.equal(decode(TAG.generalizedTime, "99991231235959-0001"), undefined);
  assert.equal(decode(TAG.utcTime, "1".repeat(100_000)), undefined);
  assert.equal(decode(TAG.utf8String, "200102030405Z"), undefined);
});

Deno.test("decodeTime() gives back any second that was written as UTC", () => {
  const range = { min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true };
  fc.assert(fc.property(fc.date(range), (date) => {
    const time = `${date.toISOString().slice(0, 19)}Z`;
    assert.equal(decode(TAG.generalizedTime, time.replace(/[-:T]/g, "")), time);
  }));
});
