import assert from "node:assert/strict";
import { StatusLine } from "./status_line.ts";

const ERASE = "\r\x1b[K";

function setUp(columns = 20) {
  const written: string[] = [];
  const clock = { now: 1000 };
  const terminal = { write: (text: string) => void written.push(text), columns: () => columns };
  return { written, clock, line: new StatusLine(terminal, () => clock.now) };
}

Deno.test("StatusLine.update() draws over itself, without a newline", () => {
  const { written, clock, line } = setUp();
  line.update(() => "one");
  clock.now += 100;
  line.update(() => "two");
  assert.deepEqual(written, [`${ERASE}one`, `${ERASE}two`]);
});

Deno.test("StatusLine.update() neither draws nor asks for the text more often than eyes can follow", () => {
  const { written, clock, line } = setUp();
  line.update(() => "one");
  clock.now += 99;
  line.update(() => assert.fail("too soon"));
  assert.equal(written.length, 1);
});

Deno.test("StatusLine.update() leaves the last column free", () => {
  for (
    const [columns, drawn] of [[6, "abcde"], [2, "a"], [9, "abcdefgh"], [40, "abcdefghij"]] as const
  ) {
    const { written, line } = setUp(columns);
    line.update(() => "abcdefghij");
    assert.deepEqual(written, [ERASE + drawn]);
  }
});

Deno.test("StatusLine.update() draws the whole text where the width is not known", () => {
  const { written, line } = setUp(0);
  line.update(() => "abcdefghij");
  assert.deepEqual(written, [`${ERASE}abcdefghij`]);
});

Deno.test("StatusLine.clear() takes the line away once, and the next update draws at once", () => {
  const { written, line } = setUp();
  line.clear();
  assert.deepEqual(written, []);
  line.update(() => "one");
  line.clear();
  line.clear();
  line.update(() => "two");
  assert.deepEqual(written, [`${ERASE}one`, ERASE, `${ERASE}two`]);
});
