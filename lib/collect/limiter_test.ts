import assert from "node:assert/strict";
import { DEFAULT_LIMITED_TYPES, Limiter, type LimitKey } from "./limiter.ts";

const SECOND = 1_000_000;
const KEY: LimitKey = { attacker: "192.0.2.1", decky: "d", service: "ssh", eventType: "connect" };

function limiter(window = SECOND, types: Iterable<string> = DEFAULT_LIMITED_TYPES): Limiter {
  return new Limiter({ window, types });
}

Deno.test("Limiter lets the first event through, and the next when the window is over", () => {
  const subject = limiter();
  const times = [0, 1, SECOND - 1, SECOND, SECOND + 1, 2 * SECOND];
  assert.deepEqual(times.map((time) => subject.admits(KEY, time)), [
    ...[true, false, false, true, false, true],
  ]);
});

Deno.test("Limiter lets the first event through however early or late its time", () => {
  for (const time of [0, -SECOND, 1e15, 8e15]) assert.equal(limiter().admits(KEY, time), true);
  // A clock that was set back holds nothing back for longer than the window.
  const subject = limiter();
  assert.equal(subject.admits(KEY, 1e15), true);
  assert.equal(subject.admits(KEY, 1e15 - 3600 * SECOND), true);
});

Deno.test("Limiter tells attackers, decoys, services and types apart", () => {
  const subject = limiter();
  assert.equal(subject.admits(KEY, 0), true);
  for (
    const other of [{ attacker: "192.0.2.2" }, { decky: "e" }, { service: "ftp" }, {
      eventType: "disconnect",
    }]
  ) assert.equal(subject.admits({ ...KEY, ...other }, 0), true);
  assert.equal(subject.admits(KEY, 0), false);
});

Deno.test("Limiter holds back the given types only, and nothing without a window", () => {
  assert.equal(limiter(SECOND, ["x"]).admits(KEY, 0), true);
  for (const subject of [limiter(0), limiter(SECOND, []), limiter(SECOND, ["other"])]) {
    assert.deepEqual([0, 0, 0].map((time) => subject.admits(KEY, time)), [true, true, true]);
  }
});

Deno.test("Limiter lets the first event of each of a million attackers through", () => {
  const subject = limiter();
  for (let index = 0; index < 1_000_000; index++) {
    assert.ok(subject.admits({ ...KEY, attacker: `10.${index}` }, index));
  }
  // Of the last ones it still knows.
  assert.equal(subject.admits({ ...KEY, attacker: "10.999999" }, 999_999), false);
});
