import assert from "node:assert/strict";
import fc from "fast-check";
import { startCursor } from "../log/cursor.ts";
import { type Checkpoint, checkpointJson, parseCheckpoint } from "./checkpoint.ts";
import { ReadBack } from "./read_back.ts";

function made(): Checkpoint {
  const back = new ReadBack({ isWhole: false });
  back.addLine("a line");
  return {
    log: startCursor({ dev: 1, ino: 2, before: [] }),
    json: startCursor({ dev: 1, ino: 3, before: undefined }),
    streams: new Map([
      ["docker/a", { position: { time: "1.5", n: 1 }, seen: 1_777_785_171 }],
      ["file/b", { position: null, seen: 0 }],
    ]),
    held: [{
      ...{ attacker: "192.0.2.1", decky: "d", service: "ssh", eventType: "connect" },
      ...{ count: 2, first: 1, last: 3 },
    }],
    rest: back.rest(),
  };
}

Deno.test("parseCheckpoint() reads what checkpointJson() makes", () => {
  for (const checkpoint of [made(), { ...made(), rest: undefined }]) {
    const text = JSON.stringify(checkpointJson(checkpoint));
    assert.deepEqual(parseCheckpoint(JSON.parse(text)), checkpoint);
  }
});

Deno.test("parseCheckpoint() takes nothing that is damaged", () => {
  const good = checkpointJson(made()) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(good).filter((key) => key !== "rest")) {
    for (const value of [undefined, null, 7, "x", [[1]], [7]]) {
      assert.equal(parseCheckpoint({ ...good, [name]: value }), undefined, name);
    }
  }
  assert.equal(parseCheckpoint({ ...good, rest: { key: [] } }), undefined);
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.equal(parseCheckpoint(value), undefined);
  }));
});
