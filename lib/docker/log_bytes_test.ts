import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { concatBytes } from "../bytes.ts";
import { dockerodeEngine } from "./dockerode_engine.ts";
import { type ByteSource, EngineError } from "./engine.ts";
import { LogBytes } from "./log_bytes.ts";
import { LogConnection } from "./log_connection.ts";

const encoder = new TextEncoder();

const HEAD = "HTTP/1.1 200 OK\r\nServer: Docker/26.1.5 (linux)\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** Far beyond what any of this takes. */
const HANGS_AFTER_MS = 120_000;

/** Asks an engine for a log, which answers each request as `serve` does, and gives that to `test`. */
async function withAnswer(
  serve: (connection: Deno.Conn) => Promise<void>,
  test: (source: ByteSource, signal: AbortController) => Promise<void>,
): Promise<void> {
  await using folder = await tempFolder();
  const path = `${folder.path}/d.sock`;
  using server = Deno.listen({ transport: "unix", path });
  const controller = new AbortController();
  const serving = (async () => {
    using connection = await server.accept();
    await connection.read(new Uint8Array(4096));
    await serve(connection);
  })();
  const timer = setTimeout(() => controller.abort(), HANGS_AFTER_MS);
  try {
    const engine = await dockerodeEngine({ host: `unix://${path}`, env: {} });
    const { signal } = controller;
    const request = { follow: true, since: undefined, tail: undefined, signal };
    await test(await engine.logs("0123", request), controller);
    await serving;
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function write(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

async function textOf(source: ByteSource): Promise<string> {
  const all: Uint8Array[] = [];
  for (let chunks; (chunks = await source.read()) !== undefined;) {
    // It is valid until the next read only.
    for (const part of chunks) all.push(part.slice());
  }
  return new TextDecoder().decode(concatBytes(...all));
}

Deno.test("LogBytes gives a body whose head and chunks come in pieces of any size", async () => {
  const lines = Array.from(
    { length: 3000 },
    (_, index) => `line ${index} ${"x".repeat(index % 90)}\n`,
  );
  const answer = CHUNKED + lines.map(chunk).join("") + "0\r\n\r\n";
  for (const size of [1, 77, 5000, answer.length]) {
    const sent = size === 1 ? CHUNKED + chunk(lines[0]!) + "0\r\n\r\n" : answer;
    await withAnswer(async (connection) => {
      for (let at = 0; at < sent.length; at += size) {
        await write(connection, sent.slice(at, at + size));
      }
    }, async (source) => {
      assert.equal(await textOf(source), size === 1 ? lines[0] : lines.join(""));
    });
  }
});

Deno.test("LogBytes fails where a body is cut off, or is none", async () => {
  for (const end of ["", "5\r\nhel", "x\r\n"]) {
    await withAnswer(
      (connection) => write(connection, CHUNKED + chunk("one") + end),
      async (source) => {
        await assert.rejects(() => textOf(source), EngineError);
      },
    );
  }
});

Deno.test("LogBytes is not in the way of answers of another kind", async () => {
  for (const head of ["Content-Length: 4\r\n\r\n", "\r\n"]) {
    await withAnswer(
      (connection) => write(connection, `${HEAD}${head}one\n`),
      async (source) => assert.equal(await textOf(source), "one\n"),
    );
  }
});

Deno.test("LogBytes holds an engine back whose lines nobody takes, and loses none of them", async () => {
  const line = chunk(`${"x".repeat(1023)}\n`).repeat(64);
  const count = 200;
  let written = 0;
  await withAnswer(async (connection) => {
    await write(connection, CHUNKED);
    for (; written < count; written++) await write(connection, line);
    await write(connection, "0\r\n\r\n");
  }, async (source) => {
    // Far more turns than it takes to write it all.
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    assert.ok(written < count / 2, `${written}`);
    assert.equal((await textOf(source)).length, count * 64 * 1024);
  });
});

Deno.test("LogBytes ends with the signal, also while it holds an engine back", async () => {
  for (const chunks of [1, 100_000]) {
    await withAnswer(async (connection) => {
      await write(connection, CHUNKED);
      try {
        for (let turn = 0; turn < chunks; turn++) await write(connection, chunk("x".repeat(4096)));
        await connection.read(new Uint8Array(1));
      } catch (error) {
        // The other side is gone.
        assert.ok(
          error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset,
        );
      }
    }, async (source, controller) => {
      assert.ok(await source.read());
      const reading = chunks === 1 ? source.read() : undefined;
      controller.abort();
      assert.equal(await reading, undefined);
      assert.equal(await source.read(), undefined);
    });
  }
});

/** A connection on which a log is answered with `sent`, and the other side of it. */
async function answered(
  path: string,
  Connection: typeof LogConnection,
  sent: string,
): Promise<[socket: LogConnection, engine: Deno.Conn]> {
  using server = Deno.listen({ transport: "unix", path });
  const socket = new Connection({ path });
  socket.write("GET /containers/0123/logs?follow=true HTTP/1.1\r\n\r\n");
  const engine = await server.accept();
  await write(engine, CHUNKED + sent);
  await new Promise((resolve) => socket.once("data", resolve));
  return [socket, engine];
}

/** Is closed while what was read is still on its way. */
class ClosingConnection extends LogConnection {
  override async readBody(into: Uint8Array<ArrayBuffer>): Promise<number | null> {
    const count = await super.readBody(into);
    this.destroy();
    await new Promise((resolve) => this.once("close", resolve));
    return count;
  }
}

Deno.test("LogBytes ends when it is closed just before it holds an engine back", async () => {
  await using folder = await tempFolder();
  const sent = chunk("x".repeat(4096));
  const [socket, engine] = await answered(`${folder.path}/d.sock`, ClosingConnection, sent);
  using _engine = engine;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("never ends")), HANGS_AFTER_MS);
    const onEnd = () => {
      clearTimeout(timer);
      resolve();
    };
    const { signal } = new AbortController();
    new LogBytes(socket, { limit: () => 1024, signal, failure: () => new Error("closed"), onEnd });
  });
});

Deno.test("LogBytes fails where its connection is closed without its signal", async () => {
  await using folder = await tempFolder();
  const [socket, engine] = await answered(`${folder.path}/d.sock`, LogConnection, "");
  using _engine = engine;
  const { signal } = new AbortController();
  const failure = () => new EngineError("closed");
  const source = new LogBytes(socket, { limit: () => 1024, signal, failure, onEnd: () => {} });
  const reading = source.read();
  socket.destroy();
  await assert.rejects(reading, EngineError);
});
