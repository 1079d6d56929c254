import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyLog, KeyLogText } from "./key_log.ts";

const RANDOM = "ab".repeat(32);
const SECRET = "cd".repeat(48);

function found(log: KeyLog, random = RANDOM) {
  return log.find(Uint8Array.fromHex(random));
}

Deno.test("KeyLog finds the secrets of a connection by the client's random", () => {
  const log = new KeyLog();
  assert.equal(log.knowsAny, false);
  log.add(`# a comment\r\nCLIENT_RANDOM ${RANDOM} ${SECRET}\r\n`);
  log.add(`CLIENT_TRAFFIC_SECRET_0 ${RANDOM.toUpperCase()} ${SECRET.slice(0, 64)}\n`);
  log.add(`EXPORTER_SECRET ${"00".repeat(32)} ${SECRET}\n`);
  assert.equal(log.knowsAny, true);
  assert.deepEqual(found(log), {
    master: Uint8Array.fromHex(SECRET),
    clientTraffic: Uint8Array.fromHex(SECRET.slice(0, 64)),
  });
  assert.equal(found(log, "00".repeat(32)), undefined);
});

Deno.test("KeyLog passes over lines that are none", () => {
  for (
    const line of [
      `CLIENT_RANDOM ${RANDOM} ${SECRET}0`,
      `CLIENT_RANDOM ${RANDOM} ${SECRET.slice(2)}`,
      `CLIENT_RANDOM ${RANDOM.slice(2)} ${SECRET}`,
      `CLIENT_RANDOM ${RANDOM}  ${SECRET}`,
      `CLIENT_RANDOM ${RANDOM} xx${SECRET}`,
      `constructor ${RANDOM} ${SECRET}`,
      `__PROTO__ ${RANDOM} ${SECRET}`,
      `CLIENT_RANDOM ${RANDOM} ${SECRET}${" ".repeat(1000)}`,
    ]
  ) {
    const log = new KeyLog();
    log.add(`${line}\n`);
    assert.equal(log.knowsAny, false, line);
  }
});

Deno.test("KeyLogText takes lines in pieces of any size, and a last one without its end", () => {
  const line = `CLIENT_RANDOM ${RANDOM} ${SECRET}`;
  fc.assert(fc.property(fc.array(fc.nat(line.length), { maxLength: 6 }), (cuts) => {
    const log = new KeyLog();
    const text = new KeyLogText(log);
    const ends = [...cuts.filter((cut) => cut < line.length).sort((a, b) => a - b), line.length];
    ends.forEach((end, index) => {
      assert.equal(log.knowsAny, false);
      text.add(line.slice(ends[index - 1] ?? 0, end));
    });
    assert.deepEqual(found(log), { master: Uint8Array.fromHex(SECRET) });
  }));
});

Deno.test("KeyLogText replaces a secret that was cut short by the whole one", () => {
  const log = new KeyLog();
  const text = new KeyLogText(log);
  text.add(`CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET.slice(0, 64)}`);
  text.add(`${SECRET.slice(64)}\n`);
  assert.deepEqual(found(log), { clientTraffic: Uint8Array.fromHex(SECRET) });
});

Deno.test("KeyLogText keeps lines of one log apart from those of another", () => {
  const log = new KeyLog();
  const [one, other] = [new KeyLogText(log), new KeyLogText(log)];
  const otherRandom = "ef".repeat(32);
  one.add(`CLIENT_RANDOM ${RANDOM} ${SECRET.slice(0, 50)}`);
  other.add(`CLIENT_RANDOM ${otherRandom} ${SECRET}\n`);
  one.add(`${SECRET.slice(50)}\n`);
  assert.notEqual(found(log), undefined);
  assert.notEqual(found(log, otherRandom), undefined);
});

Deno.test("KeyLog passes over a byte order mark", () => {
  const log = new KeyLog();
  log.add(`\xef\xbb\xbfCLIENT_RANDOM ${RANDOM} ${SECRET}\n`);
  assert.notEqual(found(log), undefined);
});

Deno.test("KeyLogText holds no more of an endless line than a line may have", () => {
  const log = new KeyLog();
  const text = new KeyLogText(log);
  for (let piece = 0; piece < 1000; piece++) text.add("x".repeat(10_000));
  text.add(`\nCLIENT_RANDOM ${RANDOM} ${SECRET}\n`);
  assert.notEqual(found(log), undefined);
});

Deno.test("KeyLog forgets the oldest connections", () => {
  const log = new KeyLog();
  const random = (number: number) => number.toString(16).padStart(64, "0");
  for (let number = 0; number < 65_537; number++) {
    log.add(`CLIENT_RANDOM ${random(number)} ${SECRET}\n`);
  }
  assert.equal(log.forgotten, 1);
  assert.equal(found(log, random(0)), undefined);
  assert.notEqual(found(log, random(1)), undefined);
  assert.notEqual(found(log, random(65_536)), undefined);
});
