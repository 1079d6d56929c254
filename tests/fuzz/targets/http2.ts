/** Cleartext HTTP/2, its header compression and its Huffman code. */
import assert from "node:assert/strict";
import { ByteWriter, concatBytes, fromHex } from "../../../lib/bytes.ts";
import { HpackDecoder } from "../../../lib/http/hpack.ts";
import { Http2RequestStream } from "../../../lib/http/http2_stream.ts";
import { decodeHuffman } from "../../../lib/http/huffman.ts";
import { MAX_HEAD_LENGTH, MAX_HEADERS } from "../../../lib/http/request.ts";
import { streamsWhere } from "../captured.ts";
import { cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";
import { checkRequest } from "./http1.ts";

/** What the stream begins with, behind what reads as a request of HTTP/1 (RFC 9113 3.4). */
const PREFACE = new TextEncoder().encode("SM\r\n\r\n");
const PREFACE_START = "PRI * HTTP/2.0\r\n\r\n";

const MAX_SEED = 4096;

/** Entries that the client's opening may have. */
const MAX_KEPT = 32;

/** Header blocks of RFC 7541 C.3, C.4 and C.5, each list for one table. */
const BLOCKS = [
  ["828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865"],
  ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf"],
  ["3fe101", "400a637573746f6d2d6b65790c637573746f6d2d76616c7565", "20", "be"],
];

export const HTTP2: FuzzTarget = {
  name: "http2",
  seeds: () => [
    ...BLOCKS.map(opening),
    ...streamsWhere((stream) => startsWithPreface(stream))
      .map((stream) =>
        stream.subarray(PREFACE_START.length + PREFACE.length).subarray(0, MAX_SEED)
      ),
  ],
  run(input) {
    const whole = read([PREFACE, input]);
    assert.equal(read([PREFACE, ...cut(input)]), whole);
    headerBlocks(input);
    const text = decodeHuffman(input);
    // The shortest code has five bits.
    assert.ok(text === undefined || text.length <= input.length * 8 / 5);
    return whole.replace(/"(?:[^"\\]|\\.)*"|\d{2,}/g, "").slice(0, 80);
  },
};

function read(pieces: readonly Uint8Array[]): string {
  const stream = new Http2RequestStream();
  const requests = pieces.flatMap((piece) => stream.push(piece));
  requests.forEach(checkRequest);
  const { ended, settings, windowUpdate, priorities } = stream;
  assert.ok((settings?.length ?? 0) <= MAX_KEPT && priorities.length <= MAX_KEPT);
  return JSON.stringify([ended, settings, windowUpdate, priorities, requests]);
}

/** The input as one block after the other. */
function headerBlocks(input: Uint8Array): void {
  const decoder = new HpackDecoder();
  for (const block of cut(input)) {
    const decoded = decoder.decode(block);
    if (decoded === undefined) return;
    const { headers } = decoded;
    const size = headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
    assert.ok(headers.length <= MAX_HEADERS && size <= MAX_HEAD_LENGTH);
  }
}

/** SETTINGS, WINDOW_UPDATE, PRIORITY, and a request for each block. */
function opening(blocks: readonly string[]): Uint8Array {
  const [first = "", ...others] = blocks;
  const half = 2 * Math.floor(first.length / 4);
  return concatBytes(
    frame(4, 0, 0, "000300000064000400a00000"),
    frame(8, 0, 0, "7fff0000"),
    frame(2, 0, 3, "80000001c8"),
    // HEADERS with padding and priority, and its CONTINUATION.
    frame(1, 0x28, 5, `02${"8000000310"}${first.slice(0, half)}0000`),
    frame(9, 0x04, 5, first.slice(half)),
    frame(0, 0x01, 5, "68656c6c6f"),
    ...others.map((block, index) => frame(1, 0x05, 7 + 2 * index, block)),
  );
}

function frame(type: number, flags: number, stream: number, payload: string): Uint8Array {
  const bytes = fromHex(payload);
  return new ByteWriter().uint(3, bytes.length).u8(type).u8(flags).uint(4, stream).bytes(bytes)
    .finish();
}

function startsWithPreface(stream: Uint8Array): boolean {
  return new TextDecoder().decode(stream.subarray(0, PREFACE_START.length)) === PREFACE_START;
}
