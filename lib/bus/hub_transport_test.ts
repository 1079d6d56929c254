import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { parseBusAddress } from "./bus_address.ts";
import { connectBus } from "./bus_connection.ts";
import { BusError } from "./bus_error.ts";

const INFO =
  'INFO {"server_id":"x","version":"2.9.10","proto":1,"max_payload":1048576,"auth_required":true}\r\n';

const REFUSAL = "-ERR 'Authorization Violation'\r\n";

/** A hub that ends every connection by a RST, once it has said `INFO` or has heard and said `then`. */
async function resettingHub(then: string | undefined) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    const reset = () => socket.resetAndDestroy();
    if (then !== undefined) socket.once("data", () => socket.write(then, reset));
    socket.write(INFO, then === undefined ? reset : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: parseBusAddress(`nats://x:y@127.0.0.1:${(server.address() as AddressInfo).port}`),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

for (
  const [when, then] of [["at once", undefined], ["without a word", ""], [
    "in words",
    REFUSAL,
  ]] as const
) {
  Deno.test(`connectBus() fails, and nothing else does, at a hub that resets ${when}`, async () => {
    await using hub = await resettingHub(then);
    await Promise.all(Array.from({ length: 200 }, async () => {
      await assert.rejects(connectBus(hub.address, { name: "test", once: true }), BusError);
    }));
  });
}
