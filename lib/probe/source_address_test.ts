import assert from "node:assert/strict";
import { answering, serve } from "../../tests/support/scripted_server.ts";
import { openStreamFrom } from "./source_address.ts";

const NEVER = new AbortController().signal;

async function closedPort(): Promise<number> {
  await using server = serve(() => {});
  return server.port;
}

Deno.test({
  name: "openStreamFrom() connects from the address that was asked for",
  // Other systems have no 127.0.0.2 unless someone adds it.
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const stream = await openStreamFrom("127.0.0.2")("127.0.0.1", listener.addr.port, NEVER);
    using accepted = await listener.accept();
    assert.equal(accepted.remoteAddr.hostname, "127.0.0.2");
    stream.close();
  },
});

Deno.test("openStreamFrom() gives all bytes in order through a small buffer, then the end", async () => {
  const sent = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  await using server = serve(answering(sent));
  const stream = await openStreamFrom("127.0.0.1")("127.0.0.1", server.port, NEVER);
  assert.equal(await stream.write(Uint8Array.of(1, 2, 3)), 3);
  const received: number[] = [];
  const buffer = new Uint8Array(1000);
  for (let length; (length = await stream.read(buffer)) !== null;) {
    assert.ok(length > 0);
    received.push(...buffer.subarray(0, length));
  }
  assert.deepEqual(Uint8Array.from(received), sent);
  assert.equal(await stream.read(buffer), null);
  stream.close();
  stream.close();
});

Deno.test("openStreamFrom() rejects with the system's error", async () => {
  const port = await closedPort();
  await assert.rejects(openStreamFrom("127.0.0.1")("127.0.0.1", port, NEVER), {
    code: "ECONNREFUSED",
  });
});

Deno.test("openStreamFrom() gives up when its signal says so", async () => {
  await using server = serve(() => {});
  const canceller = new AbortController();
  const opening = openStreamFrom("127.0.0.1")("127.0.0.1", server.port, canceller.signal);
  canceller.abort();
  await assert.rejects(opening, { name: "AbortError" });
});

Deno.test("openStreamFrom(): close() ends a read that waits, and writes fail after it", async () => {
  await using server = serve(async (client) => void await client.read());
  const stream = await openStreamFrom("127.0.0.1")("127.0.0.1", server.port, NEVER);
  const reading = stream.read(new Uint8Array(10));
  stream.close();
  assert.equal(await reading, null);
  await assert.rejects(stream.write(Uint8Array.of(1)));
});
