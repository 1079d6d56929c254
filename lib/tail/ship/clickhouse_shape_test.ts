import assert from "node:assert/strict";
import fc from "fast-check";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import { createEvent } from "../../event/create.ts";
import type { Event, Fields } from "../../event/event.ts";
import { CLICKHOUSE_SHAPE, clickhouseRow } from "./clickhouse_shape.ts";

function event(fields: Fields, more: Partial<Event> = {}): Event {
  const made = createEvent({
    time: 1_777_785_171_123_456,
    sensor: "sensor-1",
    decky: "decky-01",
    service: "ssh",
    eventType: "auth_attempt",
    fields,
    origin: "test",
  });
  return { ...made, ...more };
}

Deno.test("clickhouseRow() gives the columns of the table", () => {
  const made = event({ src_ip: "192.0.2.1", port: 22, ok: true, list: ["a"] }, {
    msg: 'say "x"\n',
  });
  assert.deepEqual(JSON.parse(clickhouseRow(made)), {
    time: 1_777_785_171,
    micros: 123_456,
    event_id: made.event_id,
    schema: 1,
    sensor: "sensor-1",
    decky: "decky-01",
    service: "ssh",
    event_type: "auth_attempt",
    attacker_ip: "192.0.2.1",
    fields: '{"src_ip":"192.0.2.1","port":22,"ok":true,"list":["a"]}',
    msg: 'say "x"\n',
  });
  assert.equal(JSON.parse(clickhouseRow(event({}))).msg, "");
});

Deno.test("clickhouseRow() has the columns that contrib/clickhouse/table.sql makes", async () => {
  const sql = await Deno.readTextFile(
    new URL("../../../contrib/clickhouse/table.sql", import.meta.url),
  );
  const columns = [...sql.matchAll(/^ {4}(\w+) +(?:DateTime|UInt|String|FixedString)/gm)]
    .map((match) => match[1]);
  assert.deepEqual(columns, Object.keys(JSON.parse(clickhouseRow(event({})))));
});

Deno.test("clickhouseRow() keeps to what a DateTime holds", () => {
  const held = (timestamp: string) => {
    const { time, micros } = JSON.parse(clickhouseRow(event({}, { timestamp })));
    return [time, micros];
  };
  assert.deepEqual(held("1970-01-01T00:00:00.000001Z"), [0, 1]);
  assert.deepEqual(held("1969-12-31T23:59:59.999999Z"), [0, 0]);
  assert.deepEqual(held("2106-02-07T06:28:15.999999Z"), [4_294_967_295, 999_999]);
  assert.deepEqual(held("2106-02-07T06:28:16.500000Z"), [4_294_967_295, 0]);
  assert.deepEqual(held("nonsense"), [0, 0]);
});

Deno.test("clickhouseRow() replaces halves of surrogate pairs, in fields within their JSON", () => {
  const made = event({ "a\ud800": "x\udc00y", list: ["\ud83d\ude00", "\udbff"], b: "\\ud800" }, {
    msg: "m\ud800",
    decky: "\udfff",
  });
  const row = JSON.parse(clickhouseRow(made));
  assert.deepEqual([row.msg, row.decky], ["m\ufffd", "\ufffd"]);
  assert.deepEqual(JSON.parse(row.fields), {
    "a\ufffd": "x\ufffdy",
    list: ["\ud83d\ude00", "\ufffd"],
    b: "\\ud800",
  });
});

Deno.test("clickhouseRow() is one line of JSON whatever the event says", () => {
  const fields = fc.dictionary(anyText(), fc.oneof(anyText(), fc.integer(), fc.array(anyText())));
  fc.assert(fc.property(fields, anyText(), anyText(), (values, msg, decky) => {
    const row = clickhouseRow(event(values, { msg, decky }));
    assert.ok(!/[\n\r]/.test(row) && row.isWellFormed());
    const read = JSON.parse(row);
    assert.equal(read.msg, msg.toWellFormed());
    const expected = Object.entries(JSON.parse(JSON.stringify(values)))
      .map(([name, value]) => [wellFormed(name), wellFormed(value)] as const);
    assert.deepEqual(JSON.parse(read.fields), Object.fromEntries(expected));
  }));
});

Deno.test("CLICKHOUSE_SHAPE sends rows a line each, and believes no answer that tells of an error", () => {
  const rows = [event({ n: 1 }), event({ n: 2 })];
  const body = CLICKHOUSE_SHAPE.body(rows, clickhouseRow);
  assert.deepEqual(body.split("\n"), [...rows.map(clickhouseRow), ""]);
  const again = (answer: string) => CLICKHOUSE_SHAPE.judge!(answer).again;
  assert.equal(again(""), false);
  assert.equal(again("Code: 252, e.displayText() = DB::Exception: Too many parts"), true);
});

function wellFormed<T>(value: T): unknown {
  if (typeof value === "string") return value.toWellFormed();
  return Array.isArray(value) ? value.map(wellFormed) : value;
}
