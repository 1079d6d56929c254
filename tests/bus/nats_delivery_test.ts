/** Events to a hub that goes and comes back. */
import assert from "node:assert/strict";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { readBusEvents } from "../../lib/bus/event_reader.ts";
import { createEvent } from "../../lib/event/create.ts";
import { parseJsonEvent, toJsonLine } from "../../lib/event/json.ts";
import { BackOff } from "../../lib/back_off.ts";
import { NatsDelivery } from "../../lib/tail/ship/nats_delivery.ts";
import { sleep } from "../../lib/sleep.ts";
import { eventually } from "../support/eventually.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";

function events(count: number, first = 0) {
  return Array.from({ length: count }, (_, index) =>
    createEvent({
      time: 1_700_000_000_000_000 + first + index,
      sensor: "edge-1",
      decky: "web",
      service: "ssh",
      eventType: "command",
      fields: { n: first + index },
      origin: String(first + index),
    }));
}

testNeeding(
  ["nats-server"],
  "NatsDelivery waits for a hub that is away, and loses nothing",
  async () => {
    await using hub = await startNatsHub();
    const address = parseBusAddress(hub.url);
    const troubles: string[] = [];
    let recovered = 0;
    let downTime = true;
    const delivery = new NatsDelivery({
      address,
      name: "test",
      write: toJsonLine,
      signal: new AbortController().signal,
      onTrouble: (reason) => troubles.push(reason),
      onRecovery: () => recovered++,
      onRefused: () => assert.fail("nothing is refused"),
      backOff: new BackOff(async () => {
        if (!downTime) return await new Promise((resolve) => setTimeout(resolve, 20));
        downTime = false;
        await hub.start();
      }),
    });
    let committed = 0;
    await delivery.send({ events: events(700), commit: () => committed++ });
    await delivery.settle();
    assert.equal(committed, 1);
    // A new hub had no stream: that was told, and mended.
    assert.match(troubles[0] ?? "", /no stream takes these subjects/);
    await hub.stop();
    downTime = true;
    await delivery.send({ events: events(700, 700), commit: () => committed++ });
    await delivery.send({ events: events(100, 1300), commit: () => committed++ });
    await delivery.settle();
    assert.equal(committed, 3);
    assert.ok(recovered >= 2);
    delivery.close();

    const connection = await connectBus(address, { name: "test" });
    const numbers: unknown[] = [];
    for await (
      const { bytes } of readBusEvents(connection, address, { start: { at: "beginning" } })
    ) {
      for (const line of new TextDecoder().decode(bytes).trimEnd().split("\n")) {
        numbers.push(parseJsonEvent(line)?.fields["n"]);
      }
    }
    await connection.close();
    assert.deepEqual(numbers, Array.from({ length: 1400 }, (_, index) => index));
  },
);

Deno.test("NatsDelivery takes no more than a few events while nobody is there", async () => {
  const stop = new AbortController();
  const delivery = new NatsDelivery({
    address: parseBusAddress("nats://127.0.0.1:1"),
    name: "test",
    write: () => "x".repeat(400_000),
    signal: stop.signal,
    onTrouble: () => {},
    onRecovery: () => {},
    onRefused: () => {},
    backOff: new BackOff((_, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve()))
    ),
  });
  const event = createEvent({
    time: 0,
    sensor: "s",
    decky: "d",
    service: "ssh",
    eventType: "command",
    fields: {},
    origin: "1",
  });
  let taken = 0;
  const sending = (async () => {
    for (let count = 0; count < 10; count++) {
      await delivery.send({ events: [event], commit: () => assert.fail("nothing is stored") });
      taken++;
    }
  })();
  await eventually(() => taken >= 2);
  // What could be taken at once has been taken by then.
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(taken, 2);
  stop.abort();
  await sending;
  await delivery.settle();
  delivery.close();
});

/** A delivery to `url` that tells of troubles and of what is refused. */
function deliveryTo(url: string, pause = 0) {
  const troubles: string[] = [];
  const refused: string[] = [];
  const stop = new AbortController();
  const delivery = new NatsDelivery({
    address: parseBusAddress(url),
    name: "test",
    write: toJsonLine,
    signal: stop.signal,
    onTrouble: (reason) => troubles.push(reason),
    onRecovery: () => {},
    onRefused: (_, reason) => refused.push(reason),
    backOff: new BackOff((_, signal) => sleep(pause, signal)),
  });
  return { delivery, troubles, refused, stop };
}

testNeeding(
  ["nats-server"],
  "NatsDelivery delivers what is sent in the moment in which all before has arrived",
  async () => {
    await using hub = await startNatsHub();
    const { delivery } = deliveryTo(hub.url);
    for (let ticks = 0; ticks < 20; ticks++) {
      const sent = Promise.withResolvers<void>();
      let arrived = false;
      const sendLater = async () => {
        for (let tick = 0; tick < ticks; tick++) await null;
        const commit = () => arrived = true;
        await delivery.send({ events: events(1, 2 * ticks + 1), commit });
      };
      await delivery.send({
        events: events(1, 2 * ticks),
        commit: () => void sendLater().then(sent.resolve, sent.reject),
      });
      await delivery.settle();
      await sent.promise;
      await delivery.settle();
      assert.ok(arrived, `${ticks} ticks later`);
    }
    delivery.close();
  },
);

testNeeding(
  ["nats-server"],
  "NatsDelivery leaves behind an event whose subject no hub takes, and delivers the next",
  async () => {
    await using hub = await startNatsHub();
    const { delivery, refused } = deliveryTo(hub.url);
    const [one] = events(1);
    let committed = 0;
    for (const decky of ["x".repeat(5000), "\u00e9".repeat(600)]) {
      const event = { ...one!, decky, service: "sniffer" };
      await delivery.send({ events: [event, ...events(1, 1)], commit: () => committed++ });
    }
    await delivery.settle();
    delivery.close();
    assert.equal(committed, 2);
    assert.deepEqual(refused.map((text) => /of (\d+) characters/.exec(text)?.[1]), ["5000", "600"]);
  },
);

testNeeding(
  ["nats-server"],
  "NatsDelivery outlives a hub that says why it ends a connection, and resets it",
  async () => {
    // What it has not read when it hangs up makes a reset of the end.
    await using hub = await startNatsHub("max_control_line: 1024");
    const uncaught: string[] = [];
    const onError = (event: ErrorEvent) => {
      event.preventDefault();
      uncaught.push(event.message);
    };
    globalThis.addEventListener("error", onError);
    const { delivery, troubles, stop } = deliveryTo(hub.url, 20);
    try {
      const [one] = events(1);
      const fields = { text: "x".repeat(200_000) };
      const event = { ...one!, decky: "x".repeat(1100), service: "sniffer", fields };
      await delivery.send({ events: [event], commit: () => assert.fail("nothing is stored") });
      await eventually(() => troubles.length >= 5 || uncaught.length > 0);
      assert.match(troubles.join(), /control line/);
      assert.deepEqual(uncaught, []);
    } finally {
      stop.abort();
      await delivery.settle();
      delivery.close();
      globalThis.removeEventListener("error", onError);
    }
  },
);
