import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { concatBytes } from "../bytes.ts";
import { DecompressionError } from "../net/capture_decompress.ts";
import type { LogFile } from "./log_files.ts";
import { unpack } from "./packed_file.ts";

function fileOf(content: Uint8Array): LogFile {
  return {
    read: (bytes, position) => {
      const part = content.subarray(position, position + bytes.length);
      bytes.set(part);
      return part.length;
    },
    facts: () => assert.fail(),
    close: () => assert.fail(),
  };
}

async function textOf(content: Uint8Array): Promise<string> {
  let text = "";
  for await (const chunk of unpack(fileOf(content))) text += new TextDecoder().decode(chunk);
  return text;
}

const TEXT = Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919 % 65_537}\n`).join(
  "",
);

Deno.test("unpack() unpacks gzip and Zstandard, also of several parts", async () => {
  assert.equal(await textOf(gzipSync(TEXT)), TEXT);
  assert.equal(await textOf(zstdCompressSync(TEXT)), TEXT);
  assert.equal(await textOf(concatBytes(gzipSync("a\n"), gzipSync("b\n"))), "a\nb\n");
  assert.equal(
    await textOf(concatBytes(zstdCompressSync("a\n"), zstdCompressSync("b\n"))),
    "a\nb\n",
  );
});

Deno.test("unpack() throws for what is damaged, cut off or compressed in another way", async () => {
  const packed = gzipSync(TEXT);
  const damaged = packed.slice();
  damaged.fill(0, 20_000, 20_100);
  const contents = [
    damaged,
    packed.subarray(0, 20_000),
    zstdCompressSync(TEXT).subarray(0, 10_000),
    new TextEncoder().encode("BZh91AY&SY"),
    new Uint8Array(0),
    new Uint8Array([0x1f]),
  ];
  for (const content of contents) await assert.rejects(textOf(content), DecompressionError);
});
