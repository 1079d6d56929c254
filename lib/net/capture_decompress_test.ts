import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { concatBytes } from "../bytes.ts";
import { compressionOf, DecompressionError, gunzip, unzstd } from "./capture_decompress.ts";
import { inPieces } from "../../tests/support/read_capture.ts";

const TEXT = new TextEncoder().encode(
  Array.from({ length: 40_000 }, (_, index) => `line ${index * 7919 % 65536}\n`).join(""),
);
const HALF = Math.floor(TEXT.length / 2);

/** Comes in chunks that are overwritten once the next is asked for. */
async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (const piece of inPieces(bytes, [size])) {
    buffer.fill(0xee);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    await Promise.resolve();
  }
}

/** What comes out, and the error after it. */
async function collect(
  output: AsyncIterable<Uint8Array>,
): Promise<{ bytes: Uint8Array; error: DecompressionError | undefined }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of output) parts.push(part.slice());
  } catch (error) {
    assert.ok(error instanceof DecompressionError);
    return { bytes: concatBytes(...parts), error };
  }
  return { bytes: concatBytes(...parts), error: undefined };
}

const COMPRESSIONS = [
  { name: "gunzip()", compress: (bytes: Uint8Array) => gzipSync(bytes), decompress: gunzip },
  {
    name: "unzstd()",
    compress: (bytes: Uint8Array) => zstdCompressSync(bytes),
    decompress: unzstd,
  },
];

for (const { name, compress, decompress } of COMPRESSIONS) {
  const whole = compress(TEXT);
  const several = concatBytes(
    compress(TEXT.subarray(0, 5)),
    compress(TEXT.subarray(5, HALF)),
    compress(new Uint8Array(0)),
    compress(TEXT.subarray(HALF)),
  );

  for (const size of [7, 1000, 1 << 20]) {
    Deno.test(`${name} reads members one after the other, in chunks of ${size}`, async () => {
      assert.deepEqual(await collect(decompress(chunks(several, size))), {
        bytes: TEXT,
        error: undefined,
      });
    });
  }

  Deno.test(`${name} gives what is before the end of a stream that is cut off`, async () => {
    const { bytes, error } = await collect(decompress(chunks(whole.subarray(0, -9), 1 << 20)));
    assert.match(error!.message, /^offset \d+ of the compressed data: unexpected end of file$/);
    assert.deepEqual(bytes, TEXT.subarray(0, bytes.length));
  });

  Deno.test(`${name} gives the members before what is none`, async () => {
    const trailing = concatBytes(whole, new TextEncoder().encode("garbage, and more of it"));
    const { bytes, error } = await collect(decompress(chunks(trailing, 64)));
    assert.ok(error !== undefined);
    assert.deepEqual(bytes, TEXT.subarray(0, bytes.length));
    assert.ok(bytes.length > TEXT.length - 64 * 1024);
  });

  Deno.test(`${name} unfolds a bomb no faster than it is read`, async () => {
    const bomb = concatBytes(...Array.from({ length: 4 }, () => compress(new Uint8Array(2 ** 27))));
    let length = 0;
    let largest = 0;
    for await (const part of decompress(chunks(bomb, 1 << 20))) {
      length += part.length;
      largest = Math.max(largest, part.length);
      if (length > 2 ** 28) break;
    }
    assert.ok(length > 2 ** 28);
    assert.ok(largest <= 64 * 1024);
  });

  Deno.test(`${name} passes on what its input throws`, async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield whole.subarray(0, 10);
      await Promise.reject(new RangeError("no more"));
    }
    await assert.rejects(Array.fromAsync(decompress(failing())), RangeError);
  });
}

Deno.test("gunzip() gives all that is before the damage where it is told to be fine", async () => {
  const damaged = concatBytes(gzipSync(TEXT.subarray(0, 90)), gzipSync(TEXT.subarray(90, 100)));
  damaged[damaged.length - 30]! ^= 0xff;
  const coarse = await collect(gunzip(chunks(damaged, 1 << 20)));
  assert.equal(coarse.bytes.length, 0);
  assert.equal(coarse.error!.offset, 0);
  const fine = await collect(gunzip(chunks(damaged, 1 << 20), coarse.error!.offset));
  assert.deepEqual(fine.bytes.subarray(0, 90), TEXT.subarray(0, 90));
  assert.ok(fine.error!.offset > 60);
});

Deno.test("gunzip() lets zeros follow the last member, and nothing else, however they come", async () => {
  const [member, zeros] = [gzipSync(TEXT.subarray(0, 90)), new Uint8Array(600)];
  for (const size of [1, member.length, member.length + 1, 64, 1 << 20]) {
    const padded = await collect(gunzip(chunks(concatBytes(member, zeros), size)));
    assert.deepEqual(padded, { bytes: TEXT.subarray(0, 90), error: undefined });

    const { bytes, error } = await collect(
      gunzip(chunks(concatBytes(member, zeros, member, zeros), size)),
    );
    assert.deepEqual(bytes, TEXT.subarray(0, 90));
    assert.equal(
      error?.message,
      `offset ${member.length + 600} of the compressed data: ` +
        "something else than zeros follows the last member",
    );
  }
});

Deno.test("compressionOf() knows gzip and Zstandard by their magic numbers", () => {
  assert.equal(compressionOf(gzipSync(TEXT)), "gzip");
  assert.equal(compressionOf(zstdCompressSync(TEXT)), "zstd");
  assert.equal(compressionOf(Uint8Array.fromHex("502a4d1800000000")), "zstd");
  assert.equal(compressionOf(Uint8Array.fromHex("d4c3b2a1")), undefined);
  assert.equal(compressionOf(Uint8Array.fromHex("1f8b08")), undefined);
});
