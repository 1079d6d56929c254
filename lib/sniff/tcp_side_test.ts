import assert from "node:assert/strict";
import { Packet } from "../net/packet.ts";
import { SIDE_WORDS } from "./flow_record.ts";
import {
  advance,
  countEmptyAck,
  emptyAcks,
  hasSpoken,
  haveBothEnded,
  isAcknowledged,
  isCredibleReset,
  noteStart,
  PROGRESS,
  startTtl,
  STREAM_END,
  streamEnd,
  swapSides,
  TCP_FLAG,
} from "./tcp_side.ts";

const { fin: FIN, syn: SYN, rst: RST, ack: ACK } = TCP_FLAG;

/** Places of the two sides. */
const CLIENT = 0;
const SERVER = SIDE_WORDS;

/** A segment; sequence numbers are taken modulo 2^32. */
function segment(
  sequence: number,
  { flags = ACK as number, length = 0, acknowledges = 0 } = {},
): Packet {
  const packet = new Packet();
  packet.sequence = sequence >>> 0;
  packet.acknowledgement = acknowledges >>> 0;
  packet.tcpFlags = flags;
  packet.payloadLength = length;
  packet.tcpHeaderLength = 20;
  return packet;
}

/** Both sides of a connection after its handshake, for several initial sequence numbers. */
function* opened(): Generator<{ words: Int32Array; client: number; server: number }> {
  for (const isn of [1000, 0x7fffff00, 0xffffff00]) {
    const words = new Int32Array(2 * SIDE_WORDS);
    const server = isn ^ 0x40000000;
    noteStart(words, CLIENT, isn, 64);
    advance(words, CLIENT, SERVER, segment(isn, { flags: SYN }));
    noteStart(words, SERVER, server, 128);
    const answer = segment(server, { flags: SYN | ACK, acknowledges: isn + 1 });
    advance(words, SERVER, CLIENT, answer);
    advance(words, CLIENT, SERVER, segment(isn + 1, { acknowledges: server + 1 }));
    yield { words, client: isn + 1, server: server + 1 };
  }
}

Deno.test("advance() tells new bytes from old ones, over the wrap-around too", () => {
  for (const { words, client } of opened()) {
    const at = (offset: number, length: number) =>
      advance(words, CLIENT, SERVER, segment(client + offset, { length }));
    assert.equal(at(0, 100), PROGRESS.some);
    assert.equal(at(0, 100), PROGRESS.none);
    assert.equal(at(50, 51), PROGRESS.some);
    assert.equal(at(1000, 1000), PROGRESS.some, "something was lost");
    assert.equal(at(101, 899), PROGRESS.filling, "and comes after all");
  }
});

Deno.test("advance() doubts a jump until the receiver acknowledges something near it", () => {
  for (const { words, client, server } of opened()) {
    const far = segment(client + 5_000_000, { length: 10 });
    assert.equal(advance(words, CLIENT, SERVER, far), PROGRESS.implausible);
    assert.equal(advance(words, CLIENT, SERVER, segment(client, { length: 10 })), PROGRESS.some);
    const old = segment(client - 0x10000000, { length: 10 });
    assert.equal(advance(words, CLIENT, SERVER, old), PROGRESS.implausible);
    advance(words, SERVER, CLIENT, segment(server, { acknowledges: client + 4_999_000 }));
    assert.equal(advance(words, CLIENT, SERVER, far), PROGRESS.some);
  }
});

Deno.test("advance() believes any jump where only one side was captured", () => {
  const words = new Int32Array(2 * SIDE_WORDS);
  assert.equal(advance(words, CLIENT, SERVER, segment(1, { length: 1 })), PROGRESS.some);
  const far = segment(0x20000000, { length: 1 });
  assert.equal(advance(words, CLIENT, SERVER, far), PROGRESS.some);
  assert.equal(hasSpoken(words, SERVER), false);
});

Deno.test("isCredibleReset() is true for the number that is expected, and for no other", () => {
  for (const { words, client, server } of opened()) {
    advance(words, CLIENT, SERVER, segment(client, { length: 300 }));
    advance(words, SERVER, CLIENT, segment(server, { acknowledges: client + 100 }));
    const credible = (sequence: number) =>
      isCredibleReset(words, CLIENT, SERVER, segment(sequence, { flags: RST }));
    for (const offset of [300, 301, 299, 100, 0, -1, 60_000, 0x7fffffff]) {
      assert.equal(credible(client + offset), offset === 300, `${offset}`);
    }
    advance(words, CLIENT, SERVER, segment(client + 300, { flags: FIN | ACK }));
    assert.equal(credible(client + 300), true, "the other side has not seen the FIN");
    assert.equal(credible(client + 301), true, "behind the FIN");
    assert.equal(credible(client + 302), false);
  }
});

Deno.test("isCredibleReset() goes by what the receiver has, where something is missing", () => {
  for (const { words, client, server } of opened()) {
    const acknowledge = (offset: number) =>
      advance(words, SERVER, CLIENT, segment(server, { acknowledges: client + offset }));
    const credible = (offset: number) =>
      isCredibleReset(words, CLIENT, SERVER, segment(client + offset, { flags: RST }));
    advance(words, CLIENT, SERVER, segment(client, { length: 100 }));
    advance(words, CLIENT, SERVER, segment(client + 500, { length: 100 }));
    acknowledge(100);
    assert.deepEqual([100, 500, 600].map(credible), [true, false, false]);
    acknowledge(600);
    assert.deepEqual([100, 600].map(credible), [false, true]);
  }
});

Deno.test("isCredibleReset() does with less where less is known", () => {
  const middle = new Int32Array(2 * SIDE_WORDS);
  const reset = segment(100, { flags: RST });
  assert.equal(isCredibleReset(middle, SERVER, CLIENT, reset), true, "nothing is known");
  advance(middle, SERVER, CLIENT, segment(50, { length: 20 }));
  advance(middle, SERVER, CLIENT, segment(90, { length: 10 }));
  assert.equal(isCredibleReset(middle, SERVER, CLIENT, reset), true, "nobody acknowledges");
  const ahead = segment(200, { flags: RST });
  assert.equal(isCredibleReset(middle, SERVER, CLIENT, ahead), false);
});

Deno.test("isCredibleReset() wants the answer to a SYN to acknowledge it", () => {
  const words = new Int32Array(2 * SIDE_WORDS);
  noteStart(words, CLIENT, 1000, 64);
  const reset = (flags: number, acknowledges: number) =>
    isCredibleReset(words, SERVER, CLIENT, segment(0, { flags, acknowledges }));
  assert.equal(reset(RST | ACK, 1001), true);
  assert.equal(reset(RST | ACK, 1000), false);
  assert.equal(reset(RST | ACK, 1002), false);
  assert.equal(reset(RST, 0), false);
});

Deno.test("streamEnd() follows a FIN to its place", () => {
  for (const { words, client, server } of opened()) {
    advance(words, SERVER, CLIENT, segment(server, { flags: FIN | ACK, acknowledges: client }));
    assert.equal(haveBothEnded(words, CLIENT, SERVER), false);
    advance(words, CLIENT, SERVER, segment(client + 50, { flags: FIN | ACK, length: 50 }));
    assert.equal(haveBothEnded(words, CLIENT, SERVER), true);
    assert.equal(streamEnd(words, CLIENT, SERVER), STREAM_END.open, "50 bytes are missing");
    assert.equal(streamEnd(words, SERVER, CLIENT), STREAM_END.sent);
    advance(words, SERVER, CLIENT, segment(server + 1, { acknowledges: client + 50 }));
    assert.equal(streamEnd(words, CLIENT, SERVER), STREAM_END.open);
    advance(words, SERVER, CLIENT, segment(server + 1, { acknowledges: client + 101 }));
    assert.equal(streamEnd(words, CLIENT, SERVER), STREAM_END.acknowledged);
  }
});

Deno.test("haveBothEnded() forgets a FIN behind which more comes, and one that is too early", () => {
  for (const { words, client, server } of opened()) {
    advance(words, SERVER, CLIENT, segment(server, { flags: FIN | ACK, acknowledges: client }));
    advance(words, CLIENT, SERVER, segment(client, { flags: FIN | ACK }));
    advance(words, CLIENT, SERVER, segment(client, { length: 10 }));
    assert.equal(haveBothEnded(words, CLIENT, SERVER), false);
    advance(words, CLIENT, SERVER, segment(client + 5, { flags: FIN | ACK }));
    assert.equal(haveBothEnded(words, CLIENT, SERVER), false);
    advance(words, CLIENT, SERVER, segment(client + 10, { flags: FIN | ACK }));
    assert.equal(haveBothEnded(words, CLIENT, SERVER), true);
  }
});

Deno.test("isAcknowledged() knows when it does not know", () => {
  for (const { words, client, server } of opened()) {
    const acknowledged = (sequence: number) => isAcknowledged(words, SERVER, CLIENT, sequence);
    advance(words, CLIENT, SERVER, segment(client, { length: 100 }));
    advance(words, SERVER, CLIENT, segment(server, { acknowledges: client + 40 }));
    assert.equal(acknowledged((client + 40) >>> 0), true);
    assert.equal(acknowledged((client + 41) >>> 0), false);
    // Nobody can have acknowledged that.
    advance(words, SERVER, CLIENT, segment(server, { acknowledges: client + 0x30000000 }));
    assert.equal(acknowledged((client + 41) >>> 0), undefined);
  }
  const words = new Int32Array(2 * SIDE_WORDS);
  noteStart(words, CLIENT, 1000, 64);
  noteStart(words, SERVER, 5000, 64);
  advance(words, SERVER, CLIENT, segment(5001, { length: 1, acknowledges: 0 }));
  assert.equal(isAcknowledged(words, SERVER, CLIENT, 1001), undefined, "before the SYN");
});

Deno.test("swapSides() turns all that is known around", () => {
  for (const { words, client } of opened()) {
    advance(words, CLIENT, SERVER, segment(client, { length: 10 }));
    countEmptyAck(words, SERVER);
    swapSides(words, CLIENT, SERVER);
    assert.equal(startTtl(words, CLIENT), 128);
    assert.equal(startTtl(words, SERVER), 64);
    assert.equal(emptyAcks(words, CLIENT), 1);
    const again = segment(client, { length: 10 });
    assert.equal(advance(words, SERVER, CLIENT, again), PROGRESS.none);
  }
});

Deno.test("countEmptyAck() stops where it is of no use any more", () => {
  const words = new Int32Array(2 * SIDE_WORDS);
  for (let count = 0; count < 100_000; count++) countEmptyAck(words, CLIENT);
  assert.equal(emptyAcks(words, CLIENT), 200);
});
