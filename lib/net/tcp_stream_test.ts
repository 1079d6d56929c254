import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { type StreamConsumer, TcpStream } from "./tcp_stream.ts";

/** What came out; `gap` between what does not belong together. */
class Heard implements StreamConsumer {
  pieces: (Uint8Array | "gap")[] = [];
  readonly gapLengths: number[] = [];
  /** What the receiver has acknowledged; undefined while nobody knows. */
  acknowledges: number | undefined;

  data(bytes: Uint8Array, offset: number, length: number): void {
    this.pieces.push(bytes.slice(offset, offset + length));
  }

  gap(length: number): void {
    this.pieces.push("gap");
    this.gapLengths.push(length);
  }

  restart(): void {
    this.pieces = [];
  }

  acknowledged(sequence: number): boolean | undefined {
    return this.acknowledges === undefined ? undefined : this.acknowledges >= sequence;
  }

  get gaps(): number {
    return this.pieces.filter((piece) => piece === "gap").length;
  }

  get bytes(): Uint8Array {
    return concatBytes(...this.pieces.filter((piece) => piece !== "gap"));
  }

  get text(): string {
    return this.pieces.map((piece) => piece === "gap" ? "|" : new TextDecoder().decode(piece))
      .join("");
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

function push(stream: TcpStream, heard: Heard, sequence: number, text: string, missing = 0) {
  const bytes = encode(text);
  stream.push(sequence >>> 0, bytes, 0, bytes.length, missing, heard);
}

/** A stream, where it starts, and segments of it in any order, some twice, some overlapping. */
const SEGMENTED = fc.record({
  isn: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0xffffffff, 0x7fffffff)),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }),
}).chain(({ isn, bytes }) => {
  const piece = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 40 }));
  return fc.record({
    isn: fc.constant(isn),
    bytes: fc.constant(bytes),
    size: fc.integer({ min: 5, max: 60 }),
    extra: fc.array(piece, { maxLength: 20 }),
    order: fc.array(fc.nat(), { minLength: 90, maxLength: 90 }),
  });
}).map(({ isn, bytes, size, extra, order }) => {
  const pieces = [...extra];
  for (let at = 0; at < bytes.length; at += size) pieces.push([at, size]);
  const shuffled = pieces.map((piece, index) => ({ piece, rank: order[index % order.length]! }))
    .sort((a, b) => a.rank - b.rank);
  return { isn, bytes, pieces: shuffled.map(({ piece }) => piece) };
});

Deno.test("TcpStream gives the same bytes for any cutting, order, repetition and overlap", () => {
  fc.assert(fc.property(SEGMENTED, ({ isn, bytes, pieces }) => {
    const stream = new TcpStream();
    const heard = new Heard();
    stream.open(isn);
    for (const [at, size] of pieces) {
      const end = Math.min(bytes.length, at + size);
      // As in a capture's buffer, which the next packet overwrites.
      const buffer = concatBytes(encode("xx"), bytes.subarray(at, end), encode("yy"));
      stream.push((isn + 1 + at) >>> 0, buffer, 2, end - at, 0, heard);
      buffer.fill(0);
    }
    assert.deepEqual(heard.bytes, bytes);
    assert.equal(heard.gaps, 0);
  }));
});

Deno.test("TcpStream goes on over the wrap-around of sequence numbers, also out of order", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0xfffffffc);
  push(stream, heard, 3, "ghi");
  push(stream, heard, 0xfffffffd, "abcdef");
  push(stream, heard, 0xffffffff, "cdef");
  push(stream, heard, 6, "j");
  assert.equal(heard.text, "abcdefghij");
});

Deno.test("TcpStream starts with the first segment where there was no SYN and that is settled", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  push(stream, heard, 1000, "cd");
  assert.equal(stream.startOpen, true);
  stream.settle();
  assert.equal(stream.startOpen, false);
  push(stream, heard, 998, "abcde");
  assert.equal(heard.text, "cde");
});

Deno.test("TcpStream gives all again behind an earlier segment where there was no SYN", () => {
  const pieces = ["ab", "cd", "ef", "gh"];
  for (
    const order of [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1], [1, 0, 1, 3, 2], [0, 1, 2, 3]]
  ) {
    const stream = new TcpStream();
    const heard = new Heard();
    for (const index of order) push(stream, heard, 1000 + 2 * index, pieces[index]!);
    assert.equal(heard.text, "abcdefgh", `${order}`);
    assert.equal(heard.gaps, 0);
  }
});

Deno.test("TcpStream looks for an earlier start near by and for a short time only", () => {
  const far = new TcpStream();
  const heard = new Heard();
  push(far, heard, 100_000, "cd");
  push(far, heard, 100_000 - 20_000, "ab");
  assert.equal(heard.text, "cd");
  const late = new TcpStream();
  const heardLate = new Heard();
  for (let index = 0; index < 9; index++) push(late, heardLate, 100 + index, "x");
  assert.equal(late.startOpen, false);
  assert.equal(late.held, 0);
  push(late, heardLate, 99, "y");
  assert.equal(heardLate.text, "x".repeat(9));
});

Deno.test("TcpStream takes no notice of a SYN that comes again", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(99);
  push(stream, heard, 100, "ab");
  stream.open(99);
  push(stream, heard, 102, "cd");
  push(stream, heard, 100, "ab");
  assert.equal(heard.text, "abcd");
});

Deno.test("TcpStream tells of a loss and goes on, its memory bounded", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  push(stream, heard, 1, "a");
  // The segment at 2 never comes.
  const size = 1400;
  const bytes = new Uint8Array(size).fill(0x62);
  let sent = 0;
  for (; heard.gaps === 0 && sent < 1000; sent++) {
    stream.push(3 + sent * size, bytes, 0, size, 0, heard);
  }
  assert.ok(sent * size < 80 * 1024, `${sent * size} bytes were held back`);
  assert.equal(heard.bytes.length, 1 + sent * size);
  push(stream, heard, 3 + sent * size, "z");
  assert.equal(heard.text.at(-1), "z");
  assert.equal(heard.gaps, 1);
});

Deno.test("TcpStream holds few segments however small they are", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  for (let index = 0; index < 65; index++) push(stream, heard, 2 + 2 * index, "x");
  assert.equal(heard.gaps, 1, "one lost byte is given up for the oldest that waits");
  stream.finish(heard);
  assert.equal(heard.text, "|x".repeat(65));
});

Deno.test("TcpStream gives up a lost segment soon when the receiver has it", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  push(stream, heard, 1, "a");
  for (let index = 0; index < 3; index++) push(stream, heard, 12 + index, "x");
  heard.acknowledges = 11;
  push(stream, heard, 15, "x");
  assert.equal(heard.text, "a");
  heard.acknowledges = 12;
  push(stream, heard, 16, "x");
  assert.equal(heard.text, "a|xxxxx");
  assert.deepEqual(heard.gapLengths, [10]);
});

Deno.test("TcpStream does not give up what is to come for what is sent far ahead of it", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  heard.acknowledges = 1;
  const junk = new Uint8Array(1400).fill(0x7a);
  for (let index = 0; index < 200; index++) {
    stream.push(500_000 + 1400 * index, junk, 0, junk.length, 0, heard);
  }
  push(stream, heard, 4, "def");
  assert.ok(stream.held < 96 * 1024);
  push(stream, heard, 1, "abc");
  assert.equal(heard.text, "abcdef");
});

Deno.test("TcpStream.pass() goes on behind what nobody reads", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  push(stream, heard, 1, "ab");
  push(stream, heard, 9, "waits");
  stream.pass(3, 4);
  assert.equal(stream.held, 0);
  stream.pass(1, 2);
  push(stream, heard, 7, "cd");
  assert.equal(heard.text, "abcd");
  const fresh = new TcpStream();
  fresh.pass(100, 10);
  push(fresh, heard, 110, "e");
  assert.equal(heard.text, "abcde");
});

Deno.test("TcpStream.held counts what waits, and is 0 when nothing does", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  push(stream, heard, 1, "a");
  assert.equal(stream.held, 0);
  push(stream, heard, 3, "c".repeat(1000));
  assert.ok(stream.held >= 1000);
  assert.equal(stream.waiting, true);
  push(stream, heard, 2, "b");
  assert.equal(stream.held, 0);
  assert.equal(stream.waiting, false);
});

Deno.test("TcpStream tells of what the snaplen cut off, and knows where the next segment goes", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  push(stream, heard, 1, "ab", 3);
  push(stream, heard, 6, "cd");
  // Both segments again: nothing of them is new.
  push(stream, heard, 1, "ab", 3);
  assert.equal(heard.text, "ab|cd");
  // A segment that waited was cut too.
  push(stream, heard, 9, "f", 2);
  push(stream, heard, 8, "e");
  push(stream, heard, 12, "g");
  assert.equal(heard.text, "ab|cdef|g");
  // Half of it is known, the rest was cut.
  push(stream, heard, 10, "", 5);
  push(stream, heard, 15, "h");
  assert.equal(heard.text, "ab|cdef|g|h");
  assert.deepEqual(heard.gapLengths, [3, 2, 2]);
});

Deno.test("TcpStream.finish() hands on what still waits", () => {
  const stream = new TcpStream();
  const heard = new Heard();
  stream.open(0);
  push(stream, heard, 5, "b");
  push(stream, heard, 9, "c");
  stream.finish(heard);
  assert.equal(heard.text, "|b|c");
  stream.finish(heard);
  assert.equal(heard.text, "|b|c");
  assert.equal(stream.held, 0);
});

Deno.test("TcpStream.finish() lets go of what might be given again", () => {
  const stream = new TcpStream();
  push(stream, new Heard(), 5, "b");
  assert.ok(stream.held > 0);
  stream.finish(new Heard());
  assert.equal(stream.held, 0);
});

Deno.test("TcpStream waits for nothing before a segment that is too far away to be of the same connection", () => {
  for (const distance of [0x04000001, 0x7fff0000, -0x04000100, -0x7fff0000]) {
    const stream = new TcpStream();
    const heard = new Heard();
    stream.open(999);
    push(stream, heard, 1000, "one");
    assert.equal(stream.isFarFrom(1003 + distance), true);
    assert.equal(stream.isFarFrom(1100), false);
    push(stream, heard, 1003 + distance, "two");
    assert.equal(heard.text, distance > 0 ? "one|two" : "one", `${distance}`);
    assert.equal(stream.waiting, false);
  }
  assert.equal(new TcpStream().isFarFrom(5), false, "which has not started");
});
