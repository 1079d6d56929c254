/** The hub as contrib/nats configures it, for tests. */
import assert from "node:assert/strict";
import { type BusAddress, parseBusAddress } from "../../lib/bus/bus_address.ts";
import { freePort } from "./free_port.ts";
import { startServer } from "./server_process.ts";
import { tempFolder } from "./temp_folder.ts";

const CONFIGURATION = new URL("../../contrib/nats/hub.conf", import.meta.url);

/** The hub, and the address of each of its accounts. */
export interface ShippedHub extends AsyncDisposable {
  readonly analyst: BusAddress;
  readonly prober: BusAddress;
  readonly sensor: BusAddress;
  /** A sensor with a wrong password. */
  readonly stranger: BusAddress;
  /** `nats://` with the analyst's name and password. */
  readonly analystUrl: string;
  /** Where leaf nodes connect to. */
  readonly leafPort: number;
}

/** Starts a hub as it is shipped, at other ports and with its store elsewhere. */
export async function shippedHub(): Promise<ShippedHub> {
  await using parts = new AsyncDisposableStack();
  const folder = parts.use(await tempFolder());
  const path = `${folder.path}/hub.conf`;
  const shipped = await Deno.readTextFile(CONFIGURATION);
  const leafPort = freePort();
  const changed = shipped.replace("/var/lib/nats", `${folder.path}/js`)
    .replace("0.0.0.0:7422", `127.0.0.1:${leafPort}`);
  assert.ok(changed.includes(String(leafPort)));
  await Deno.writeTextFile(path, changed);
  const server = parts.use(
    await startServer({
      command: "env",
      args: (port) => [
        ...["ANALYST", "PROBER", "EDGE_1"].map((name) =>
          `DECNET_${name}_PASSWORD=secret-of-${name}`
        ),
        ...["nats-server", "-c", path, "-a", "127.0.0.1", "-p", String(port)],
      ],
    }),
  );
  const url = (user: string, password: string) =>
    `nats://${user}:secret-of-${password}@127.0.0.1:${server.port}`;
  const moved = parts.move();
  return {
    analyst: parseBusAddress(url("analyst", "ANALYST")),
    prober: parseBusAddress(url("prober", "PROBER")),
    sensor: parseBusAddress(url("edge-1", "EDGE_1")),
    stranger: parseBusAddress(url("edge-1", "nobody")),
    analystUrl: url("analyst", "ANALYST"),
    leafPort,
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}
