/** What answers at the hub's address breaks off, or is no hub. */
import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { BusError } from "../../lib/bus/bus_error.ts";
import { decnet } from "../support/decnet.ts";

const INFO =
  'INFO {"server_id":"x","version":"2.9.10","proto":1,"max_payload":1048576,"auth_required":true}\r\n';

/** Connections at a time: a reset has to meet a client between two of its steps. */
const CONNECTIONS = 200;

/** A hub that greets and goes on as `talk` does. */
async function scriptedHub(talk: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(INFO);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `nats://x:y@127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const RESETS: Readonly<Record<string, (socket: Socket) => void>> = {
  "at once": (socket) => socket.write("", () => socket.resetAndDestroy()),
  "without a word": (socket) => socket.once("data", () => socket.resetAndDestroy()),
  "in words": (socket) =>
    socket.once("data", () => {
      socket.write("-ERR 'Authorization Violation'\r\n", () => socket.resetAndDestroy());
    }),
};

for (const [how, talk] of Object.entries(RESETS)) {
  Deno.test(`connectBus() fails, and nothing else does, at a hub that resets ${how}`, async () => {
    await using hub = await scriptedHub(talk);
    const address = parseBusAddress(hub.url);
    await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
      await assert.rejects(connectBus(address, { name: "test", once: true }), BusError);
    }));
  });
}

Deno.test("connectBus() gives up a hub that goes on in another language", async () => {
  await using hub = await scriptedHub((socket) => {
    socket.once("data", () => socket.write("PONG\r\nno NATS at all\r\n"));
  });
  const connection = await connectBus(parseBusAddress(hub.url), { name: "test", once: true });
  await connection.closed();
});

Deno.test("decnet repeats nothing of what it cannot read at the hub's address", async () => {
  await using hub = await scriptedHub((socket) => {
    socket.once("data", () => socket.end("\x1b]0;no NATS at all\x07\r\n"));
  });
  const { code, stdout, stderr } = await decnet(["workers", "--hub", hub.url]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^decnet: nats:.*\n {2}hint: .*\n$/);
  assert.doesNotMatch(stderr, /no NATS/);
});
