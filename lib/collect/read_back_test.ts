import assert from "node:assert/strict";
import { lineId } from "./line_id.ts";
import { parseRest, ReadBack, restJson } from "./read_back.ts";

Deno.test("ReadBack knows lines by their text, each once", () => {
  const back = new ReadBack({ isWhole: true });
  back.addLine("a");
  back.addLine("a");
  assert.deepEqual(["a", "b", "a", "a"].map((line) => back.takeLine("k", line)), [
    ...[true, false, true, false],
  ]);
  assert.equal(back.size, 0);
});

Deno.test("ReadBack knows an event whatever time its id has", () => {
  const back = new ReadBack({ isWhole: false });
  back.addEvent(lineId(1e15, "k", "7", "text"));
  assert.equal(back.takeEvent(lineId(2e15, "k", "8", "text")), false);
  assert.equal(back.takeEvent(lineId(2e15, "k", "7", "text")), true);
  assert.equal(back.takeEvent(lineId(2e15, "k", "7", "text")), false);
});

Deno.test("ReadBack is through with a stream at its first new line, but for a lost cursor", () => {
  for (const isWhole of [false, true]) {
    const back = new ReadBack({ isWhole });
    for (const line of ["a", "b", "c"]) back.addLine(line);
    const lines = ["a", "new", "b"].map((line) => back.takeLine("k", line));
    assert.deepEqual(lines, [true, false, isWhole]);
    assert.equal(back.takeLine("other", "c"), true);
  }
});

Deno.test("ReadBack hands on what has not come again", () => {
  for (const isWhole of [false, true]) {
    const before = new ReadBack({ isWhole });
    for (const line of ["a", "b", "b", "c"]) before.addLine(line);
    before.addEvent(lineId(1e15, "k", "7", "text"));
    before.takeLine("k", "c");
    const rest = parseRest(JSON.parse(JSON.stringify(restJson(before.rest()!))));
    const back = new ReadBack({ isWhole: false, rest });
    back.addLine("d");
    assert.equal(back.size, 5);
    const lines = ["a", "b", "b", "c", "d"].map((line) => back.takeLine("k", line));
    assert.deepEqual(lines, [true, true, true, false, isWhole]);
    if (!isWhole) assert.equal(back.takeLine("other", "d"), true);
    assert.equal(back.takeEvent(lineId(2e15, "k", "7", "text")), true);
    assert.equal(back.rest(), undefined);
  }
});

Deno.test("parseRest() returns undefined for what is none", () => {
  const good = { key: [1, 2], isWhole: false, lines: [1, 2, 3], events: [] };
  assert.ok(parseRest(good));
  const others = [
    ...[undefined, null, 7, {}, { ...good, key: [1] }, { ...good, key: ["1", 2] }],
    ...[{ ...good, isWhole: 1 }, { ...good, lines: [1.5] }, { ...good, events: "x" }],
  ];
  for (const value of others) assert.equal(parseRest(value), undefined);
});
