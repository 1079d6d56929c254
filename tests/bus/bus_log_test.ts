/** The fleet's stream, read as a log. */
import { jetstreamManager } from "@nats-io/jetstream";
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { readBusLog } from "../../lib/bus/bus_log.ts";
import { EventPublisher } from "../../lib/bus/event_publisher.ts";
import { ensureStream } from "../../lib/bus/event_stream.ts";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { eventually } from "../support/eventually.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";

function outgoing(number: number) {
  const event = createEvent({
    time: 1_700_000_000_000_000 + number,
    ...{ sensor: "edge-1", decky: "web", service: "ssh", eventType: "command" },
    fields: { n: number },
    origin: String(number),
  });
  return { ...event, line: new TextEncoder().encode(toJsonLine(event)) };
}

testNeeding(
  ["nats-server"],
  "readBusLog() goes over to the stream that takes the place of the one it follows",
  async () => {
    await using hub = await startNatsHub();
    const address = parseBusAddress(hub.url);
    await using parts = new AsyncDisposableStack();
    const connection = await connectBus(address, { name: "test" });
    parts.defer(() => connection.close());
    const publisher = await EventPublisher.over(connection, address);
    await ensureStream(connection, address);
    await publisher.publish([1, 2, 3, 4, 5].map(outgoing));

    const stop = new AbortController();
    const seen: (string | number)[] = [];
    const offsets: number[] = [];
    const start = { at: "beginning" } as const;
    const options = { name: "test", start, follow: true, signal: stop.signal };
    const reading = (async () => {
      for await (const item of readBusLog(hub.url, options)) {
        if (item.kind === "caught_up") offsets.push(item.cursor.offset);
        else if (item.kind !== "chunk") seen.push(item.kind);
        else {
          const text = new TextDecoder().decode(item.bytes.subarray(0, item.end));
          seen.push(...text.trimEnd().split("\n").map((line) => JSON.parse(line).fields.n));
        }
      }
    })();
    parts.defer(async () => {
      stop.abort();
      await reading;
    });
    await eventually(() => offsets.includes(5));
    const manager = await jetstreamManager(connection);
    await manager.streams.delete("DECNET");
    await ensureStream(connection, address);
    await publisher.publish([6, 7].map(outgoing));
    await eventually(() => seen.includes(7));
    assert.deepEqual(seen.filter((one) => one !== "missing"), [1, 2, 3, 4, 5, "restarted", 6, 7]);
    await eventually(() => offsets.at(-1) === 2);
  },
);
