import assert from "node:assert/strict";
import fc from "fast-check";
import { Ja4ssh, JA4SSH_PACKETS } from "./ja4ssh.ts";

Deno.test("Ja4ssh counts packets, bare ACKs and the most frequent length of each side", () => {
  const session = new Ja4ssh();
  for (const length of [21, 36, 1500, 36, 100]) session.packet(true, length);
  for (const length of [76, 21, 76]) session.packet(false, length);
  session.ack(true);
  session.ack(true);
  session.ack(false);
  assert.equal(session.full, false);
  assert.equal(session.take(), "c36s76_c5s3_c2s1");
});

Deno.test("Ja4ssh takes the smallest of several most frequent lengths", () => {
  const session = new Ja4ssh();
  for (const length of [65535, 8, 65535, 9, 8]) session.packet(true, length);
  for (const length of [3, 2, 1]) session.packet(false, length);
  assert.equal(session.take(), "c8s1_c5s3_c0s0");
});

Deno.test("Ja4ssh writes 0 for a side that sent nothing", () => {
  const session = new Ja4ssh();
  session.packet(false, 1460);
  assert.equal(session.take(), "c0s1460_c0s1_c0s0");
  session.packet(true, 1);
  assert.equal(session.take(), "c1s0_c1s0_c0s0");
});

Deno.test("Ja4ssh has a fingerprint every 200 packets, each with counts of its own", () => {
  const session = new Ja4ssh();
  for (let index = 0; index < JA4SSH_PACKETS; index++) {
    assert.equal(session.full, false);
    session.packet(index % 4 === 0, index % 4 === 0 ? 36 : 100);
  }
  session.ack(false);
  assert.equal(session.full, true);
  session.packet(true, 9);
  assert.equal(session.take(), "c36s100_c50s150_c0s1");
  session.ack(true);
  session.packet(true, 9);
  assert.equal(session.take(), "c9s0_c1s0_c1s0");
});

Deno.test("Ja4ssh.take() is undefined when no packet was counted", () => {
  const session = new Ja4ssh();
  assert.equal(session.take(), undefined);
  session.ack(true);
  assert.equal(session.take(), undefined);
  session.packet(true, 5);
  assert.equal(session.take(), "c5s0_c1s0_c1s0");
  assert.equal(session.take(), undefined);
});

Deno.test("Ja4ssh agrees with counting in tables", () => {
  const packet = fc.record({ client: fc.boolean(), length: fc.integer({ min: 1, max: 6 }) });
  const packets = fc.array(packet, { minLength: 1, maxLength: JA4SSH_PACKETS });
  fc.assert(fc.property(packets, (input) => {
    const session = new Ja4ssh();
    for (const { client, length } of input) session.packet(client, length);
    const modes = [true, false].map((side) => {
      const counts = Map.groupBy(
        input.filter(({ client }) => client === side),
        ({ length }) => length,
      );
      return [...counts].sort(([a, x], [b, y]) => y.length - x.length || a - b)[0]?.[0] ?? 0;
    });
    const sent = input.filter(({ client }) => client).length;
    assert.equal(
      session.take(),
      `c${modes[0]}s${modes[1]}_c${sent}s${input.length - sent}_c0s0`,
    );
  }));
});
