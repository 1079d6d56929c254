import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { concatBytes } from "../bytes.ts";
import { DecompressionError } from "./capture_decompress.ts";
import { openCapture } from "./capture_source.ts";
import { systemCommand } from "../../tests/support/system_command.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";

/** More than two chunks, that compress somewhat. */
const DATA = new TextEncoder().encode(
  Array.from({ length: 300_000 }, (_, index) => `${index * 7919 % 65536}\n`).join(""),
);

/** All chunks together, each copied before the next is asked for, and the error after them. */
async function collect(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ bytes: Uint8Array; error: unknown }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) parts.push(chunk.slice());
    return { bytes: concatBytes(...parts), error: undefined };
  } catch (error) {
    return { bytes: concatBytes(...parts), error };
  }
}

for (
  const [name, compress] of [
    ["plain", (bytes: Uint8Array) => bytes],
    ["gzip", (bytes: Uint8Array) => gzipSync(bytes)],
    ["Zstandard", (bytes: Uint8Array) => zstdCompressSync(bytes)],
  ] as const
) {
  Deno.test(`openCapture() reads a file: ${name}`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/capture`;
    await Deno.writeFile(path, compress(DATA));
    assert.deepEqual(await collect(openCapture(path)), { bytes: DATA, error: undefined });
  });

  Deno.test(`openCapture() reads a named pipe: ${name}`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/pipe`;
    await systemCommand("mkfifo", [path]);
    const [read] = await Promise.all([
      collect(openCapture(path)),
      Deno.writeFile(path, compress(DATA)),
    ]);
    assert.deepEqual(read, { bytes: DATA, error: undefined });
  });
}

Deno.test("openCapture() gives short and empty files as they are", async () => {
  await using folder = await tempFolder();
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0x1f, 0x8b), DATA.subarray(0, 5)]) {
    const path = `${folder.path}/${bytes.length}`;
    await Deno.writeFile(path, bytes);
    assert.deepEqual(await collect(openCapture(path)), { bytes: bytes.slice(), error: undefined });
  }
});

Deno.test("openCapture() gives everything before the damage of a gzip file", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/capture.gz`;
  await Deno.writeFile(
    path,
    concatBytes(
      gzipSync(DATA),
      gzipSync(DATA.subarray(0, 100)),
      new TextEncoder().encode("no gzip"),
    ),
  );
  const { bytes, error } = await collect(openCapture(path));
  assert.ok(error instanceof DecompressionError);
  assert.deepEqual(bytes, concatBytes(DATA, DATA.subarray(0, 100)));
});

Deno.test("openCapture() gives everything before the end of a file that is cut off", async () => {
  await using folder = await tempFolder();
  for (const compressed of [gzipSync(DATA), zstdCompressSync(DATA)]) {
    const path = `${folder.path}/capture`;
    await Deno.writeFile(path, compressed.subarray(0, -6));
    const { bytes, error } = await collect(openCapture(path));
    assert.ok(error instanceof DecompressionError);
    assert.match(error.message, /unexpected end of file/);
    // A block of Zstandard that is not whole gives nothing.
    assert.ok(bytes.length >= DATA.length - 128 * 1024);
    assert.deepEqual(bytes, DATA.slice(0, bytes.length));
  }
});

Deno.test("openCapture() throws what the system says about a file that is not there", async () => {
  await using folder = await tempFolder();
  const { bytes, error } = await collect(openCapture(`${folder.path}/nothing`));
  assert.ok(error instanceof Deno.errors.NotFound);
  assert.equal(bytes.length, 0);
});

Deno.test("openCapture() gives what a pipe has before the pipe ends", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/pipe`;
  await systemCommand("mkfifo", [path]);
  const chunks = openCapture(path);
  const [first, pipe] = await Promise.all([
    chunks.next(),
    Deno.open(path, { write: true }).then(async (pipe) => {
      await pipe.write(DATA.subarray(0, 10));
      return pipe;
    }),
  ]);
  assert.deepEqual(first.value, DATA.slice(0, 10));
  // The reader waits for a magic number no longer: a single byte comes through.
  for (const byte of [1, 2, 3]) {
    await pipe.write(Uint8Array.of(byte));
    assert.deepEqual((await chunks.next()).value, Uint8Array.of(byte));
  }
  pipe.close();
  assert.equal((await chunks.next()).done, true);
});

for (
  const [name, start] of [
    ["plain", DATA.subarray(0, 10)],
    ["gzip", gzipSync(DATA).subarray(0, 50_000)],
  ] as const
) {
  Deno.test(`openCapture() ends quietly when it is aborted, waiting for a pipe: ${name}`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/pipe`;
    await systemCommand("mkfifo", [path]);
    const controller = new AbortController();
    const reading = collect(openCapture(path, { signal: controller.signal }));
    const pipe = await Deno.open(path, { write: true });
    await pipe.write(start);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    const { bytes, error } = await reading;
    assert.equal(error, undefined);
    assert.deepEqual(bytes, DATA.slice(0, bytes.length));
    pipe.close();
  });
}

Deno.test("openCapture() ends quietly when it is aborted between chunks of a file", async () => {
  await using folder = await tempFolder();
  for (const bytes of [DATA, gzipSync(DATA)]) {
    const path = `${folder.path}/capture`;
    await Deno.writeFile(path, bytes);
    const controller = new AbortController();
    let chunks = 0;
    for await (const _ of openCapture(path, { signal: controller.signal })) {
      chunks++;
      controller.abort();
    }
    assert.equal(chunks, 1);
  }
});

Deno.test("openCapture() lets timers run while it decompresses a bomb", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/bomb`;
  await Deno.writeFile(path, zstdCompressSync(new Uint8Array(2 ** 27)));
  let hasRun = false;
  const timer = setTimeout(() => hasRun = true, 0);
  let seen = 0;
  for await (const chunk of openCapture(path)) {
    seen += chunk.length;
    if (hasRun) break;
  }
  clearTimeout(timer);
  assert.ok(hasRun);
  assert.ok(seen > 0);
});

const PRINT_CHUNKS = fileURLToPath(new URL("../../tests/support/print_chunks.ts", import.meta.url));

Deno.test("openCapture() reads standard input as it comes, and compressed", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", PRINT_CHUNKS],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  const compressed = gzipSync(DATA.subarray(0, 1000));
  await writer.write(compressed);
  // It is not closed yet.
  assert.equal(await next(), "1000\n");
  await writer.write(gzipSync(DATA.subarray(0, 7)));
  assert.equal(await next(), "7\n");
  await writer.close();
  assert.equal(await next(), "");
  assert.ok((await child.status).success);
});
