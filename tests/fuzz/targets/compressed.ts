/** Compressed captures. */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { concatBytes } from "../../../lib/bytes.ts";
import {
  compressionOf,
  DecompressionError,
  gunzip,
  unzstd,
} from "../../../lib/net/capture_decompress.ts";
import { captures } from "../captured.ts";
import { digest } from "../digest.ts";
import { cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";
import { kindOf } from "./capture.ts";

/** What is read of what comes out: a small input may unfold into a very large one. */
const MAX_OUTPUT = 1024 * 1024;

export const COMPRESSED: FuzzTarget = {
  name: "compressed",
  seeds: () => {
    const sample = captures()[0]!.subarray(0, 2000);
    const zeros = new Uint8Array(50_000);
    const packed = [gzipSync, zstdCompressSync].flatMap((compress) => [
      compress(sample),
      compress(zeros),
      compress(new Uint8Array(0)),
      concatBytes(compress(sample), compress(zeros)),
    ]);
    // A skippable frame (RFC 8878 3.1.2) before another.
    const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4);
    return [...packed, concatBytes(skippable, zstdCompressSync(sample))];
  },
  async run(input) {
    const whole = await unpack(input, [input]);
    const pieces = await unpack(input, cut(input));
    const problems = [whole.problem, pieces.problem];
    // Of damaged data more or less comes out, depending on the pieces.
    if (problems.includes(undefined) && !problems.includes(TOO_MUCH)) {
      assert.deepEqual(pieces, whole);
    }
    return `${compressionOf(input)} ${kindOf(whole.problem)} ${Math.ceil(Math.log2(whole.length))}`;
  },
};

/** Stands for a problem where reading stopped for another reason. */
const TOO_MUCH = "too much";

interface Unpacked {
  readonly length: number;
  readonly hash: number;
  readonly problem: string | undefined;
}

async function unpack(input: Uint8Array, pieces: readonly Uint8Array[]): Promise<Unpacked> {
  let length = 0;
  let hash = 0;
  const source = (async function* () {
    yield* pieces;
  })();
  const output = compressionOf(input) === "gzip" ? gunzip(source) : unzstd(source);
  try {
    for await (const chunk of output) {
      length += chunk.length;
      if (length > MAX_OUTPUT) return { length, hash, problem: TOO_MUCH };
      hash = digest(chunk, 0, chunk.length, hash);
    }
  } catch (error) {
    assert.ok(error instanceof DecompressionError, error as Error);
    assert.ok(error.offset >= 0 && error.offset <= input.length);
    return { length, hash, problem: error.message };
  }
  return { length, hash, problem: undefined };
}
