import assert from "node:assert/strict";
import { addressBytes } from "../lib/net/address.ts";
import { eventually } from "../tests/support/eventually.ts";
import { datagramOpener } from "./datagrams.ts";
import { RawLibc } from "./raw_libc.ts";
import { AF, RawSocket, SOCK, socketAddress } from "./raw_socket.ts";

/** A test of what only Linux has. */
function linuxTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn: run });
}

/** What a socket at `hostname` receives of datagrams that are sent before it has a turn. */
async function receive(hostname: string, messages: readonly string[], bufferSize?: number) {
  const received: string[] = [];
  const decoder = new TextDecoder();
  const onMessage = (bytes: Uint8Array) => void received.push(decoder.decode(bytes));
  const onError = (error: Error) => assert.fail(error);
  const open = datagramOpener(bufferSize);
  const socket = await open({ hostname, port: 0 }, { onMessage, onError });
  try {
    send(hostname, socket.port, messages);
    const dropped = socket.dropped();
    await eventually(() => received.length === messages.length - dropped);
    return { received, dropped };
  } finally {
    socket.close();
  }
}

/** Sends at once, without a turn for anybody else. */
function send(hostname: string, port: number, messages: readonly string[]): void {
  using libc = new RawLibc();
  const bytes = addressBytes(hostname)!;
  using socket = new RawSocket(libc, bytes.length === 4 ? AF.inet : AF.inet6, SOCK.datagram, 0);
  const address = socketAddress(bytes, port);
  for (const message of messages) {
    const data = new TextEncoder().encode(message);
    const { sendto } = libc.symbols;
    const sent = sendto(
      socket.descriptor,
      data,
      BigInt(data.length),
      0,
      address,
      address.length,
    );
    assert.equal(sent, data.length);
  }
}

for (const hostname of ["127.0.0.1", "::1"]) {
  linuxTest(`datagramOpener() receives all of a burst at ${hostname}, in its order`, async () => {
    const messages = Array.from({ length: 200 }, (_, index) => `message ${index}`);
    assert.deepEqual(await receive(hostname, messages), { received: messages, dropped: 0 });
  });
}

linuxTest("datagramOpener() receives the largest and the smallest datagram", async () => {
  const messages = ["x".repeat(65_507), "", "short"];
  assert.deepEqual(await receive("127.0.0.1", messages), { received: messages, dropped: 0 });
});

linuxTest("datagramOpener() counts what finds no room", async () => {
  const messages = Array.from({ length: 100 }, (_, index) => `message ${index}`);
  const { received, dropped } = await receive("127.0.0.1", messages, 1);
  assert.ok(dropped > 0);
  assert.deepEqual(received, messages.slice(0, 100 - dropped));
});

linuxTest("datagramOpener() rejects where the address is taken or of another machine", async () => {
  const open = datagramOpener();
  const handlers = { onMessage: () => {}, onError: () => {} };
  const socket = await open({ hostname: "127.0.0.1", port: 0 }, handlers);
  await assert.rejects(open({ hostname: "127.0.0.1", port: socket.port }, handlers), {
    message: `bind EADDRINUSE 127.0.0.1:${socket.port}`,
  });
  socket.close();
  socket.close();
  await assert.rejects(open({ hostname: "192.0.2.1", port: 0 }, handlers), /EADDRNOTAVAIL/);
});
