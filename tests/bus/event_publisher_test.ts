/** What becomes of events when the hub's answers are not what one would like. */
import assert from "node:assert/strict";
import type { Msg } from "@nats-io/transport-node";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { EventPublisher } from "../../lib/bus/event_publisher.ts";
import type { OutgoingEvent } from "../../lib/bus/outgoing_event.ts";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { NatsDelivery } from "../../lib/tail/ship/nats_delivery.ts";
import { eventually } from "../support/eventually.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";

function events(count: number): OutgoingEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    event_id: String(index).padStart(26, "0"),
    decky: "web",
    service: "ssh",
    event_type: "command",
    line: new TextEncoder().encode(String(index)),
  }));
}

/** A publisher, and somebody who answers in the stream's place, with what `answer` says of an event. */
async function answered(answer: (number: number, time: number) => unknown) {
  await using parts = new AsyncDisposableStack();
  const hub = parts.use(await startNatsHub());
  const address = parseBusAddress(hub.url);
  const stream = await connectBus(address, { name: "stream" });
  parts.defer(() => stream.close());
  const got: number[] = [];
  stream.subscribe("decnet.>", {
    callback: (_error, message: Msg) => {
      const number = Number(message.string());
      got.push(number);
      const said = answer(number, got.filter((other) => other === number).length);
      if (said !== undefined) message.respond(JSON.stringify(said));
    },
  });
  await stream.flush();
  const connection = await connectBus(address, { name: "publisher" });
  parts.defer(() => connection.close());
  const publisher = await EventPublisher.over(connection, address, 1500);
  const moved = parts.move();
  return { publisher, got, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

const STORED = { stream: "DECNET", seq: 1 };

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

testNeeding(
  ["nats-server"],
  "an event that the leader has, but not the cluster, is not taken for stored",
  async () => {
    const uncertain = { stream: "DECNET", seq: 0, duplicate: true };
    await using hub = await answered((number, time) =>
      number === 5 && time === 1 ? uncertain : STORED
    );
    const first = await hub.publisher.publish(events(10));
    assert.equal(first.stored, 5);
    assert.match(first.failure!.message, /not certain/);
    const rest = await hub.publisher.publish(events(10).slice(5));
    assert.deepEqual(rest, { stored: 5, failure: undefined });
  },
);

testNeeding(
  ["nats-server"],
  "behind an event that is not answered nothing is sent, and then one goes ahead",
  async () => {
    let silences = 2;
    await using hub = await answered((number) =>
      number === 100 && silences-- > 0 ? undefined : STORED
    );
    const first = await hub.publisher.publish(events(2000));
    assert.equal(first.stored, 100);
    assert.match(first.failure!.message, /no word/);
    // What was under way by then; the window had grown with each answer.
    assert.ok(hub.got.length < 500, String(hub.got.length));
    const left = events(2000).slice(100);
    hub.got.length = 0;
    assert.equal((await hub.publisher.publish(left)).stored, 0);
    assert.deepEqual(hub.got, [100]);
    hub.got.length = 0;
    assert.deepEqual(await hub.publisher.publish(left), { stored: 1900, failure: undefined });
    assert.deepEqual(hub.got, upTo(2000).slice(100));
  },
);

testNeeding(["nats-server"], "an event that the hub refuses is told of in its words", async () => {
  const error = { code: 503, err_code: 10077, description: "maximum messages exceeded" };
  await using hub = await answered((number) => number === 3 ? { error } : STORED);
  const { stored, failure } = await hub.publisher.publish(events(5));
  assert.equal(stored, 3);
  assert.match(failure!.message, /: maximum messages exceeded$/);
});

testNeeding(
  ["nats-server"],
  "an event that is larger than the hub takes is left out, and told of",
  async () => {
    await using hub = await startNatsHub("max_payload: 8192");
    const refused: string[] = [];
    const delivery = new NatsDelivery({
      address: parseBusAddress(hub.url),
      name: "test",
      write: toJsonLine,
      signal: new AbortController().signal,
      onTrouble: () => {},
      onRecovery: () => {},
      onRefused: (count, reason) => refused.push(`${count}: ${reason}`),
    });
    const event = (number: number) =>
      createEvent({
        time: 1_700_000_000_000_000 + number,
        sensor: "edge-1",
        decky: "web",
        service: "ssh",
        eventType: "command",
        fields: { text: number === 1 ? "x".repeat(9000) : "short" },
        origin: String(number),
      });
    let committed = 0;
    await delivery.send({ events: [0, 1, 2].map(event), commit: () => committed++ });
    await delivery.settle();
    await eventually(() => committed === 1);
    assert.equal(refused.length, 1);
    assert.match(refused[0]!, /^1: event \S+ has \d+ bytes \(the hub takes messages of 8192: /);
    delivery.close();
  },
);
