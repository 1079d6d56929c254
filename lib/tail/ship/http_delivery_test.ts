import assert from "node:assert/strict";
import { createEvent } from "../../event/create.ts";
import { toJsonLine } from "../../event/json.ts";
import { BackOff } from "../../back_off.ts";
import { type HttpAnswer, HttpDelivery } from "./http_delivery.ts";
import { HTTP_SHAPES, type HttpShape } from "./http_shapes.ts";

const EVENTS = [0, 1, 2, 3].map((number) =>
  createEvent({
    time: 1_700_000_000_123_456 + number,
    sensor: "sensor-1",
    decky: "d",
    service: number < 3 ? "ssh" : "http",
    eventType: "connect",
    fields: { number },
    origin: `${number}`,
  })
);

const OK = { status: 200, text: "" };

function delivery(
  answers: readonly (HttpAnswer | Error)[],
  shape: HttpShape = HTTP_SHAPES.ndjson,
  signal = new AbortController().signal,
) {
  const queue = [...answers];
  const bodies: string[] = [];
  const told: string[] = [];
  const made = new HttpDelivery({
    shape,
    write: (event) => toJsonLine(event),
    post: (body) => {
      bodies.push(body);
      const answer = queue.shift() ?? OK;
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    signal,
    backOff: new BackOff(() => Promise.resolve(), () => 0),
    onTrouble: (reason) => told.push(reason),
    onRecovery: () => told.push("well"),
    onRefused: (events, reason) => told.push(`lost ${events}: ${reason}`),
  });
  return { made, bodies, told };
}

async function send(made: HttpDelivery): Promise<number> {
  let commits = 0;
  await made.send({ events: EVENTS, commit: () => commits++ });
  return commits;
}

Deno.test("HttpDelivery sends the same body again until it is answered well", async () => {
  const { made, bodies, told } = delivery([
    new Error("no route"),
    { status: 503, text: "busy" },
    { status: 302, text: "" },
    { status: 401, text: "" },
  ]);
  assert.equal(await send(made), 1);
  assert.equal(bodies.length, 5);
  assert.equal(new Set(bodies).size, 1);
  assert.deepEqual(told, [
    "no route",
    "the receiver answers 503 busy",
    "the receiver answers 302",
    "the receiver answers 401",
    "well",
  ]);
});

Deno.test("HttpDelivery halves what is too large, and leaves behind what is never taken", async () => {
  const { made, bodies, told } = delivery([
    { status: 413, text: "" },
    OK,
    { status: 400, text: "bad" },
    { status: 400, text: "bad" },
    OK,
  ]);
  assert.equal(await send(made), 1);
  const sent = bodies.map((body) =>
    body.trim().split("\n").map((line) => JSON.parse(line).fields.number)
  );
  assert.deepEqual(sent, [[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]]);
  assert.deepEqual(told, ["lost 1: the receiver answers 400 bad"]);
});

Deno.test("HttpDelivery leaves nothing behind where 400 tells of the receiver's set-up", async () => {
  const { made, bodies, told } = delivery(
    [{ status: 400, text: "no such column" }, OK],
    { ...HTTP_SHAPES.ndjson, isRefused: false },
  );
  assert.equal(await send(made), 1);
  assert.deepEqual([bodies.length, bodies[0] === bodies[1]], [2, true]);
  assert.deepEqual(told, ["the receiver answers 400 no such column", "well"]);
});

Deno.test("HttpDelivery sends nothing behind a batch that was given up at the end", async () => {
  const { made, bodies } = delivery([{ status: 503, text: "" }], undefined, AbortSignal.abort());
  assert.equal(await send(made), 0);
  assert.equal(await send(made), 0, "the place would pass events that have not arrived");
  assert.equal(bodies.length, 1);
});

Deno.test("HTTP_SHAPES.elastic makes a second delivery harmless, and reads what became of each", async () => {
  const items = (...statuses: number[]) => ({
    status: 200,
    text: JSON.stringify({
      errors: true,
      items: statuses.map((status) => ({ create: { status } })),
    }),
  });
  const { made, bodies, told } = delivery(
    [items(201, 429, 201, 201), items(409, 201, 409, 400)],
    HTTP_SHAPES.elastic,
  );
  assert.equal(await send(made), 1);
  assert.deepEqual(
    bodies[0]!.split("\n").filter((_, index) => index % 2 === 0 && index < 8).map((line) =>
      JSON.parse(line).create._id
    ),
    EVENTS.map(({ event_id }) => event_id),
  );
  assert.ok(bodies[0]!.endsWith("\n"));
  assert.equal(bodies.length, 2);
  assert.match(told.at(-2)! + told.at(-1)!, /lost 1/);
});

Deno.test("HTTP_SHAPES.elastic judges an answer that is none as well", () => {
  const elastic: HttpShape = HTTP_SHAPES.elastic;
  for (const text of ["", "null", "[]", "{}", '{"errors":true}', '{"errors":true,"items":[1]}']) {
    assert.deepEqual(elastic.judge!(text), { again: false, refused: 0 });
  }
});

Deno.test("HTTP_SHAPES.splunk wraps each event with its time and host", () => {
  const [first] = HTTP_SHAPES.splunk.body(EVENTS, toJsonLine).split("\n");
  const { time, host, event } = JSON.parse(first!);
  assert.deepEqual([time, host, event.fields.number], [1_700_000_000.123456, "sensor-1", 0]);
  const text = JSON.parse(HTTP_SHAPES.splunk.body(EVENTS.slice(0, 1), () => 'CEF:0|"'));
  assert.deepEqual([text.event, text.sourcetype], ['CEF:0|"', "decnet:text"]);
});

Deno.test("HTTP_SHAPES.loki has few labels, and times in nanoseconds", () => {
  const { streams } = JSON.parse(HTTP_SHAPES.loki.body(EVENTS, toJsonLine));
  assert.deepEqual(
    streams.map(({ stream, values }: { stream: object; values: string[][] }) => [
      stream,
      values.length,
      values[0]![0],
    ]),
    [
      [{ job: "decnet", sensor: "sensor-1", service: "ssh" }, 3, "1700000000123456000"],
      [{ job: "decnet", sensor: "sensor-1", service: "http" }, 1, "1700000000123459000"],
    ],
  );
});
