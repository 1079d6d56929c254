import assert from "node:assert/strict";
import fc from "fast-check";
import { formatTimestamp } from "../../event/time.ts";
import { columnStart, periodOf, timelineOf } from "./timeline.ts";

const cell = (hour: string, events: number, decky = "a") => ({
  ...{ hour: `${hour}:00:00.000000Z`, events, decky },
});

Deno.test("timelineOf() gives each hour a column while there is room", () => {
  const timeline = timelineOf([
    cell("2026-09-01T10", 5),
    cell("2026-09-01T12", 2),
    cell("2026-09-01T12", 3, "b"),
  ], 24)!;
  assert.equal(timeline.hours, 1);
  assert.deepEqual(timeline.columns, [5, 0, 5]);
  assert.deepEqual(timeline.rows.map(({ decky, events, columns }) => [decky, events, columns]), [
    ["a", 7, [5, 0, 2]],
    ["b", 3, [0, 0, 3]],
  ]);
  assert.equal(timeline.most, 5);
  assert.equal(timeline.mostInRow, 5);
  assert.equal(columnStart(timeline, 2), "2026-09-01T12:00:00.000000Z");
});

Deno.test("timelineOf() widens its columns to lengths that people read", () => {
  const timeline = timelineOf([cell("2026-09-01T10", 5), cell("2026-09-08T12", 2)], 40)!;
  assert.equal(timeline.hours, 6);
  assert.equal(timeline.start, "2026-09-01T06:00:00.000000Z");
});

Deno.test("timelineOf() returns undefined for no hours, hours that are none, and no width", () => {
  assert.equal(timelineOf([], 40), undefined);
  assert.equal(timelineOf([{ hour: "soon", decky: "a", events: 1 }], 40), undefined);
  assert.equal(timelineOf([cell("2026-09-01T10", 5)], 0), undefined);
});

Deno.test("timelineOf() keeps to its width and loses no event, over any span", () => {
  const micros = fc.integer({ min: -9_000_000_000_000_000, max: 9_000_000_000_000_000 });
  const cells = fc.array(
    fc.record({ hour: micros.map(formatTimestamp), decky: fc.string(), events: fc.nat(1000) }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(fc.property(cells, fc.integer({ min: 1, max: 100 }), (list, width) => {
    const timeline = timelineOf(list, width)!;
    const total = list.reduce((sum, { events }) => sum + events, 0);
    assert.ok(timeline.columns.length <= width, `${timeline.columns.length} > ${width}`);
    assert.equal(timeline.columns.reduce((sum, events) => sum + events, 0), total);
    assert.equal(timeline.rows.reduce((sum, { events }) => sum + events, 0), total);
    const one = list[0]!;
    const period = { first_seen: "1700-01-01T00:00:00Z", last_seen: one.hour };
    assert.ok(timelineOf(list, width, { period })!.columns.length <= width);
  }));
});

Deno.test("timelineOf() covers a period, so that two attackers can be compared", () => {
  const profiles = [
    { first_seen: "2026-09-01T10:20:00Z", last_seen: "2026-09-01T12:00:00Z" },
    { first_seen: "2026-09-01T09:20:00Z", last_seen: "2026-09-01T11:00:00Z" },
  ];
  const period = periodOf(profiles)!;
  assert.deepEqual(period, {
    first_seen: "2026-09-01T09:20:00Z",
    last_seen: "2026-09-01T12:00:00Z",
  });
  assert.deepEqual(timelineOf([cell("2026-09-01T11", 5)], 24, { period })!.columns, [0, 0, 5, 0]);
  assert.equal(periodOf([]), undefined);
});

Deno.test("timelineOf() has its rows in the order of the path", () => {
  const cells = [cell("2026-09-01T10", 1, "b"), cell("2026-09-01T10", 2, "c")];
  const deckies = [{ decky: "c" }, { decky: "nothing" }];
  assert.deepEqual(timelineOf(cells, 24, { deckies })!.rows.map(({ decky }) => decky), ["c", "b"]);
});
