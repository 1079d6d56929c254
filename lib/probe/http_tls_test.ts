import assert from "node:assert/strict";
import { measure } from "../../tests/support/fake_probe.ts";
import { FakeStream, openingBy, settled, systemError } from "../../tests/support/fake_stream.ts";
import { keyPair } from "../../tests/support/key_pair.ts";
import { testNeeding } from "../../tests/support/requirements.ts";
import { fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import type { Connection } from "./connection.ts";
import { type OpenStream, openStream } from "./dialer.ts";
import { opensTls, openTls } from "./http_tls.ts";
import type { Probe, ProbeContext, ProbeResult } from "./probe.ts";

/** A probe that opens TLS and then does what the test wants. */
function inside(
  use: (stream: Connection) => Promise<void>,
  wrap: (connection: Connection) => Connection = (connection) => connection,
): Probe {
  return {
    ...{ name: "inside", brief: "", language: "tls", sends: "", ports: [443], priority: 1 },
    async run(context: ProbeContext): Promise<ProbeResult> {
      const connection = wrap(await context.connect());
      const stream = await openTls(connection, { serverName: "first.example", patience: 30_000 });
      try {
        await use(stream);
      } finally {
        stream.close();
      }
      return { outcome: "closed", detail: "done" };
    },
  };
}

async function serveTls(serve: (connection: Deno.TlsConn) => Promise<void>) {
  const { key, certificate } = await keyPair();
  const listener = Deno.listenTls({
    ...{ hostname: "127.0.0.1", port: 0 },
    key: await Deno.readTextFile(key),
    cert: await Deno.readTextFile(certificate),
  });
  const serving = (async () => {
    for await (const connection of listener) {
      // The client hangs up when it has had enough.
      await serve(connection).catch(() => {});
      connection.close();
    }
  })();
  return {
    ...{ port: listener.addr.port, address: "127.0.0.1" },
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

async function missOf(open: OpenStream, where: { port?: number; timeout?: number } = {}) {
  const result = await measure(inside(() => Promise.resolve()), open, where);
  assert.ok(result.outcome !== "ok");
  return [result.outcome, result.detail];
}

function saying(...arrivals: (Uint8Array | Error | null)[]): OpenStream {
  return openingBy(() => new FakeStream(arrivals));
}

testNeeding(["openssl"], "openTls() talks to a server whose certificate nobody knows", async () => {
  await using server = await serveTls(async (connection) => {
    const buffer = new Uint8Array(100);
    const length = await connection.read(buffer);
    await connection.write(buffer.slice(0, length!).map((byte) => byte + 1));
  });
  const heard: number[] = [];
  const probe = inside(async (stream) => {
    await stream.write(Uint8Array.of(1, 2, 3));
    for (let bytes; (bytes = await stream.read()) !== undefined;) heard.push(...bytes);
  });
  assert.deepEqual(await measure(probe, openStream, server), { outcome: "closed", detail: "done" });
  assert.deepEqual(heard, [2, 3, 4]);
});

testNeeding(["openssl"], "openTls() holds a server back that floods", async () => {
  await using server = await serveTls(async (connection) => {
    const chunk = new Uint8Array(65_536);
    while (true) await connection.write(chunk);
  });
  let arrived = 0;
  let taken = 0;
  const counting = (connection: Connection): Connection => ({
    async read() {
      const bytes = await connection.read();
      arrived += bytes?.length ?? 0;
      return bytes;
    },
    write: (bytes) => connection.write(bytes),
    close: () => connection.close(),
  });
  const probe = inside(async (stream) => {
    for (let reads = 0; reads < 100; reads++) {
      taken += (await stream.read())!.length;
      await settled();
      assert.ok(arrived - taken < 256 * 1024, `${arrived} arrived, ${taken} were taken`);
    }
  }, counting);
  assert.deepEqual(await measure(probe, openStream, server), { outcome: "closed", detail: "done" });
});

testNeeding(["openssl"], "openTls() leaves the deadline to the connection", async () => {
  await using server = await serveTls(async (connection) => {
    await connection.read(new Uint8Array(1));
  });
  const probe = inside(async (stream) => void await stream.read());
  const { outcome } = await measure(probe, openStream, { ...server, timeout: 300 });
  assert.equal(outcome, "timeout");
});

Deno.test("openTls() says what answered in its place", async () => {
  assert.deepEqual(await missOf(saying(latin1Bytes("HTTP/1.1 400 Bad Request\r\n\r\n"))), [
    "not_tls",
    "answered a ClientHello with something else",
  ]);
  assert.equal((await missOf(saying(null)))[0], "closed");
  assert.equal((await missOf(saying(systemError("ECONNRESET"))))[0], "closed");
  assert.equal((await missOf(saying(), { timeout: 100 }))[0], "timeout");
  const handshakeFailure = await missOf(saying(fromHex("15030100020228")));
  assert.equal(handshakeFailure[0], "handshake_error");
  assert.match(String(handshakeFailure[1]), /alert/);
  assert.equal((await missOf(saying(fromHex("160303000402ffffff"))))[0], "protocol_error");
  assert.equal((await missOf(saying(fromHex("160303"), null)))[0], "closed");
});

Deno.test("openTls() is patient for the time that it is given", async () => {
  const stream = new FakeStream();
  const silent: Connection = {
    read: async () => {
      await stream.read(new Uint8Array(1));
      return undefined;
    },
    write: () => Promise.resolve(),
    close: () => {
      if (!stream.closed) stream.close();
    },
  };
  await assert.rejects(openTls(silent, { serverName: undefined, patience: 1 }), {
    outcome: "timeout",
    detail: "silent after a ClientHello",
  });
  assert.equal(stream.closed, true);
});

Deno.test("opensTls() knows alerts and handshakes by their first bytes", () => {
  for (const hex of ["15", "16", "1503", "160301"]) assert.equal(opensTls(fromHex(hex)), true, hex);
  for (const hex of ["", "17", "1602", "4854"]) assert.equal(opensTls(fromHex(hex)), false, hex);
});
