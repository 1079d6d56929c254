/** What puts pieces in order: segments of TCP, and fragments of QUIC and DTLS. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { ByteReader, ByteWriter } from "../../../lib/bytes.ts";
import { type StreamConsumer, TcpStream } from "../../../lib/net/tcp_stream.ts";
import { FragmentBuffer, MAX_FRAGMENT_BYTES } from "../../../lib/tls/fragment_buffer.ts";
import { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

/** Positions in a stream, from below its start on. */
const ORIGIN = 0x8000;
const POSITIONS = 0x20000;

/** What every stream says: bytes that tell their position, a few of them at least. */
const TEXT = Buffer.alloc(POSITIONS);
{
  const random = new Random(1);
  for (let at = 0; at < POSITIONS; at++) TEXT[at] = random.below(256);
}

/** Bytes that are looked at to find out where a stream goes on behind a gap. */
const SAMPLE = 16;

/** Pieces up to which a buffer can have no reason to drop one. */
const FEW = 8;

/** What a stream may hold: 64 KiB, and some for each of 64 segments. */
const MAX_HELD = 96 * 1024;

/** Steps of one input. */
const MAX_STEPS = 300;

export const REASSEMBLY: FuzzTarget = {
  name: "reassembly",
  seeds: () => {
    const random = new Random(2);
    return Array.from({ length: 40 }, (_, index) => seed(random, index % 2 === 0));
  },
  run(input) {
    const reader = new ByteReader(input);
    return reader.u8() % 2 === 0 ? tcpStream(reader) : fragmentBuffer(reader);
  },
};

/** Pieces of some hundred bytes, out of order, with overlaps. */
function seed(random: Random, tcp: boolean): Uint8Array {
  const writer = new ByteWriter().u8(tcp ? 0 : 1).uint(4, random.uint32());
  let at = tcp ? ORIGIN : 0;
  for (let count = random.below(30); count >= 0; count--) {
    const length = random.below(300);
    writer.u8(random.below(256)).u16(Math.max(0, at + random.below(400) - 300)).u16(length)
      .u8(random.below(16) === 0 ? random.below(256) : 0);
    at += random.below(300);
  }
  return writer.finish();
}

/** Whatever is handed on is what was said at that place, and no place comes twice. */
class CheckingConsumer implements StreamConsumer {
  delivered = 0;
  gaps = 0;
  /** The receiver has got all that was sent so far. */
  received = true;
  /** Where the stream goes on; unknown behind a gap, but not before `#least`. */
  #at: number | undefined;
  #least = 0;

  data(bytes: Uint8Array, offset: number, length: number): void {
    assert.ok(length > 0 && offset >= 0 && offset + length <= bytes.length);
    const said = bytes.subarray(offset, offset + length);
    const at = this.#at ?? TEXT.indexOf(said.subarray(0, SAMPLE), this.#least);
    assert.ok(at >= 0 && TEXT.subarray(at, at + length).equals(said), `not said at ${at}`);
    // A few bytes may stand at many places: they do not tell where the stream has got to.
    if (length >= SAMPLE || this.#at !== undefined) this.#at = at + length;
    this.#least = at + length;
    this.delivered += length;
  }

  gap(): void {
    this.gaps++;
    this.#at = undefined;
  }

  /** What was handed on so far comes again. */
  restart(): void {
    this.delivered = 0;
    this.#at = undefined;
    this.#least = 0;
  }

  acknowledged(): boolean {
    return this.received;
  }
}

function tcpStream(reader: ByteReader): string {
  const isn = reader.u32();
  const stream = new TcpStream();
  const consumer = new CheckingConsumer();
  let pushed = 0;
  for (let steps = 0; reader.remaining >= 6 && steps < MAX_STEPS; steps++) {
    const action = reader.u8();
    const at = reader.u16();
    const length = reader.u16() & 0xfff;
    const missing = reader.u8();
    if (action === 0) consumer.received = !consumer.received;
    else if (action === 1) stream.open((isn + at - 1) >>> 0);
    else if (action === 2) {
      stream.pass((isn + at) >>> 0, length + missing);
      consumer.gap();
    } else {
      // Within a buffer, as the payload of a packet is; with something behind it.
      const bytes = TEXT.subarray(Math.max(0, at - 20), at + length + 20);
      const offset = at - Math.max(0, at - 20);
      stream.push((isn + at) >>> 0, bytes, offset, length, missing, consumer);
      pushed += length;
    }
    assert.ok(consumer.delivered <= pushed);
    assert.ok(stream.held <= MAX_HELD);
  }
  stream.finish(consumer);
  assert.ok(!stream.waiting);
  assert.ok(consumer.delivered <= pushed);
  return `tcp ${consumer.gaps} ${Math.ceil(Math.log2(consumer.delivered + 1))}`;
}

function fragmentBuffer(reader: ByteReader): string {
  reader.u32();
  const buffer = new FragmentBuffer();
  const known = new Uint8Array(POSITIONS);
  let base = 0;
  let skipped = 0;
  let steps = 0;
  for (; reader.remaining >= 6 && steps < MAX_STEPS; steps++) {
    const action = reader.u8();
    const at = reader.u16();
    const length = reader.u16();
    const far = reader.u8();
    if (action < 32) {
      const bytes = buffer.peek(length);
      const expected = TEXT.subarray(base, base + length);
      if (bytes !== undefined) {
        assert.ok(expected.equals(bytes), `not said at ${base}`);
        if (action < 16) {
          buffer.skip(length);
          base += length;
          skipped++;
        }
        if (base >= POSITIONS - MAX_FRAGMENT_BYTES) break;
      } else if (steps < FEW && skipped === 0) {
        assert.ok(known.subarray(base, base + length).includes(0), "was said, and is not there");
      }
    } else {
      const short = length & 0xfff;
      // Now and then a place that no stream comes to.
      const offset = far === 0xff ? at * 2 ** 32 : at;
      buffer.add(offset, TEXT, at, at + short);
      // What reaches beyond the buffer's limit is dropped.
      if (offset === at && at + short <= MAX_FRAGMENT_BYTES) known.fill(1, at, at + short);
    }
  }
  return `fragments ${skipped} ${buffer.empty} ${Math.ceil(Math.log2(base + 1))}`;
}
