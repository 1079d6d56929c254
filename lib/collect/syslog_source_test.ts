import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { makeKeyPair } from "../../tests/support/key_pair.ts";
import { testNeeding } from "../../tests/support/requirements.ts";
import { KeptContext } from "../../tests/support/source_context.ts";
import type { SyslogAddress } from "../syslog/listen_address.ts";
import { SyslogSource, type SyslogSourceOptions } from "./syslog_source.ts";

const LONG = "x".repeat(2000);

/** Runs a source at a free port while `send` does what it likes. */
async function receive(
  transport: SyslogAddress["transport"],
  send: (port: number, context: KeptContext) => Promise<void>,
  { maxLine = 1024, tls }: Partial<SyslogSourceOptions> = {},
): Promise<KeptContext> {
  const address = { transport, hostname: "127.0.0.1", port: 0 };
  const context = new KeptContext();
  const run = new SyslogSource({ address, maxLine, tls }).run(context);
  await context.until(() => context.messages.length > 0);
  const port = Number(/:(\d+)$/.exec(context.messages[0]!)?.[1]);
  await send(port, context);
  context.stop();
  await run;
  return context;
}

async function write(connection: Deno.Conn, text: string): Promise<void> {
  for (let rest = new TextEncoder().encode(text); rest.length > 0;) {
    rest = rest.subarray(await connection.write(rest));
  }
}

/** Sends `text` over a connection of its own. */
async function say(port: number, text: string): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await write(connection, text);
}

Deno.test("SyslogSource receives datagrams, each a message", async () => {
  const context = await receive("udp", async (port, context) => {
    const socket = createSocket("udp4");
    for (const message of ["<13>one", "<13>two\n", "\n", `<13>${LONG}`, "<13>a\nb"]) {
      await new Promise<void>((sent) => socket.send(message, port, "127.0.0.1", () => sent()));
    }
    await context.until(() => context.collected.length === 4);
    socket.close();
  });
  assert.deepEqual(context.texts, ["<13>one", "<13>two", `<13>${LONG}`.slice(0, 1024), "<13>a\nb"]);
  assert.deepEqual(context.collected.map(({ truncated }) => truncated ?? false), [
    ...[false, false, true, false],
  ]);
  assert.ok(context.batches.every(({ position }) => position === undefined));
});

Deno.test("SyslogSource receives streams of many senders, in either framing", async () => {
  const context = await receive("tcp", async (port, context) => {
    await Promise.all([
      say(port, "5 <1>ab5 <1>cd"),
      say(port, "<1>ef\n<1>gh\n"),
      say(port, `2000 ${LONG}<1>ij\n`),
      say(port, "<1>last, without its end"),
    ]);
    await context.until(() => context.collected.length === 7);
  });
  assert.deepEqual(
    context.texts.toSorted(),
    [
      ...["<1>ab", "<1>cd", "<1>ef", "<1>gh", "<1>ij", "<1>last, without its end"],
      LONG.slice(0, 1024),
    ].toSorted(),
  );
  assert.equal(new Set(context.collected.map(({ place }) => place)).size, 7);
});

Deno.test("SyslogSource is not held up by senders that are slow, silent or reset", async () => {
  const context = await receive("tcp", async (port, context) => {
    const silent = await Deno.connect({ hostname: "127.0.0.1", port });
    const slow = await Deno.connect({ hostname: "127.0.0.1", port });
    for (const character of "<1>sl") await write(slow, character);
    await say(port, "<1>quick\n");
    await context.until(() => context.texts.includes("<1>quick"));
    for (const character of "ow\n") await write(slow, character);
    await context.until(() => context.texts.includes("<1>slow"));
    slow.close();
    silent.close();
  });
  assert.deepEqual(context.texts, ["<1>quick", "<1>slow"]);
});

Deno.test("SyslogSource waits for its lines to be written before it reads on", async () => {
  const context = await receive("tcp", async (port, context) => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const gate = Promise.withResolvers<void>();
    const { lines } = context;
    let taken = 0;
    Object.assign(context, {
      lines: async (batch: Parameters<typeof lines>[0]) => {
        taken++;
        await gate.promise;
        await lines(batch);
      },
    });
    await write(connection, "<1>a\n");
    while (taken === 0) await new Promise((resolve) => setImmediate(resolve));
    // Far more than fits between: it waits in the system, not with us.
    const rest = write(connection, "<1>b\n".repeat(200_000));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(taken, 1);
    gate.resolve();
    await rest;
    await context.until(() => context.collected.length === 200_001);
  });
  assert.equal(context.texts.length, 200_001);
});

testNeeding(["openssl"], "SyslogSource receives over TLS, and drops what is none", async () => {
  const pair = await makeKeyPair("syslog", [
    "-subj",
    "/CN=x",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
  const tls = {
    cert: await Deno.readTextFile(pair.certificate),
    key: await Deno.readTextFile(pair.key),
  };
  const context = await receive("tls", async (port, context) => {
    await say(port, "GET / HTTP/1.1\r\n\r\n");
    const connection = await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [tls.cert] });
    await write(connection, "5 <1>ab");
    await context.until(() => context.collected.length === 1);
    connection.close();
  }, { tls });
  assert.deepEqual(context.texts, ["<1>ab"]);
});

Deno.test("SyslogSource rejects where it cannot listen", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const address = { transport: "tcp", hostname: "127.0.0.1", port } as const;
  const source = new SyslogSource({ address, maxLine: 1024, tls: undefined });
  await assert.rejects(source.run(new KeptContext()), /tcp:.*: Address already in use/);
  const socket = createSocket("udp4");
  await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", () => bound()));
  const udp = { transport: "udp", hostname: "127.0.0.1", port: socket.address().port } as const;
  const datagrams = new SyslogSource({ address: udp, maxLine: 1024, tls: undefined });
  await assert.rejects(datagrams.run(new KeptContext()), /udp:.*: .*EADDRINUSE/);
  socket.close();
});
