import assert from "node:assert/strict";
import fc from "fast-check";
import { observedSyn } from "../../../tests/support/observed_stack.ts";
import { windowMultiple } from "./window.ts";

/** An MSS and nothing else. */
function mssOption(mss: number): string {
  return `0204${mss.toString(16).padStart(4, "0")}`;
}

/** MSS and timestamps. */
function withTimestamps(mss: number): string {
  return `${mssOption(mss)}0101080a0000000100000000`;
}

function multiple(window: number, options: string, ipVersion = 4, peerMss = 0): number {
  const ipHeaderLength = ipVersion === 4 ? 20 : 40;
  return windowMultiple(observedSyn({ window, ipVersion, ipHeaderLength }, options, peerMss));
}

Deno.test("windowMultiple() counts whole segments", () => {
  assert.equal(multiple(64240, mssOption(1460)), 44);
  assert.equal(multiple(4 * 536, mssOption(536)), 4);
});

Deno.test("windowMultiple() counts segments less the timestamps, if there are any", () => {
  assert.equal(multiple(45 * 1428, withTimestamps(1440), 6), 45);
  assert.equal(multiple(47 * 1289, withTimestamps(1301)), 47);
  assert.equal(multiple(47 * 1289, mssOption(1301)), 0);
});

Deno.test("windowMultiple() tries the segments of Ethernet when the MSS was lowered on the way", () => {
  assert.equal(multiple(20 * 1460, mssOption(1360)), 20);
  assert.equal(multiple(20 * 1448, mssOption(1360)), 20);
  assert.equal(multiple(45 * 1440, mssOption(1337), 6), 45);
  assert.equal(multiple(45 * 1440, mssOption(1337), 4), 0);
});

Deno.test("windowMultiple() gives multiples of the MTU as negative numbers", () => {
  assert.equal(multiple(5 * 1500, mssOption(1460)), -5);
  assert.equal(multiple(7 * (1371 + 40), mssOption(1371)), -7);
  // MSS and headers as they are: 20 of IP, 24 of TCP.
  assert.equal(multiple(7 * (1371 + 44), mssOption(1371)), -7);
  assert.equal(multiple(7 * (1371 + 60), mssOption(1371), 6), -7);
  assert.equal(multiple(7 * 1500, mssOption(1371)), -7);
});

Deno.test("windowMultiple() tries the MSS of the peer last", () => {
  assert.equal(multiple(11 * 1301, mssOption(1460), 4, 1301), 11);
  assert.equal(multiple(11 * 1289, mssOption(1460), 4, 1301), 11);
  assert.equal(multiple(11 * 1301, mssOption(1460), 4), 0);
});

Deno.test("windowMultiple() makes nothing of a window of 0, or of a tiny MSS", () => {
  assert.equal(multiple(0, mssOption(1460)), 0);
  assert.equal(multiple(990, mssOption(99)), 0);
  assert.equal(multiple(1000, mssOption(100)), 10);
  assert.equal(multiple(5000, ""), 0);
  assert.equal(multiple(12345, mssOption(1460), 4, 12), 0);
});

Deno.test("windowMultiple() is a whole number for anything a packet may say", () => {
  const word = fc.nat({ max: 65535 });
  fc.assert(
    fc.property(word, word, word, fc.constantFrom(4, 6), (window, mss, peer, version) => {
      assert.ok(Number.isInteger(multiple(window, withTimestamps(mss), version, peer)));
    }),
  );
});
