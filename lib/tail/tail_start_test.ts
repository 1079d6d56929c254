import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { createEvent } from "../event/create.ts";
import { toJsonLine } from "../event/json.ts";
import { REAL_FILES } from "../log/log_files.ts";
import { readLog } from "../log/read_log.ts";
import type { LogStart } from "../log/starting_place.ts";
import { DEFAULT_MAX_LINE } from "../log/source.ts";
import { EventFilter } from "./event_filter.ts";
import { mergeLogs } from "./merge.ts";
import { startOfLastEvents, startSince } from "./tail_start.ts";
import { tailLog } from "./tail_source.ts";

const OPEN = { files: REAL_FILES, maxLine: DEFAULT_MAX_LINE };

const MINUTE = 60_000_000;

/**
 * Events a minute apart; every tenth is of another service.
 *
 * @param timeOf microseconds since the epoch of an event
 */
function lines(
  first: number,
  count: number,
  timeOf: (number: number) => number = (number) => number * MINUTE,
): string {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return `${
      toJsonLine(createEvent({
        time: timeOf(number),
        sensor: "s",
        decky: "d",
        service: number % 10 === 0 ? "rare" : "often",
        eventType: "y",
        fields: { number, padding: "x".repeat(200) },
      }))
    }\n`;
  }).join("");
}

async function numbersFrom(
  path: string,
  start: LogStart,
  filter: EventFilter,
  until?: number,
): Promise<number[]> {
  const counts = { lines: 0, foreign: 0 };
  const items = tailLog(readLog(path, { start }), { filter, sensor: "s", until }, counts);
  const numbers: number[] = [];
  for await (const { events } of mergeLogs([{ name: path, items }], () => {})) {
    numbers.push(...events.map(({ event }) => Number(event.fields["number"])));
  }
  return numbers;
}

Deno.test("startOfLastEvents() finds the last that are wanted, in rotated files too", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(`${path}.1`, lines(0, 500));
  await Deno.writeTextFile(path, lines(500, 25));
  const rare = new EventFilter({ service: ["rare"] });
  const last = async (count: number, since?: number) =>
    await numbersFrom(path, await startOfLastEvents(path, count, rare, since, OPEN), rare);
  assert.deepEqual(await last(1), [520]);
  assert.deepEqual(await last(5), [480, 490, 500, 510, 520]);
  assert.deepEqual(await last(0), []);
  assert.equal((await last(1000)).length, 53);
  const since = new EventFilter({ service: ["rare"], since: 505 * 60_000_000 });
  const start = await startOfLastEvents(path, 5, since, 505 * 60_000_000, OPEN);
  assert.deepEqual(await numbersFrom(path, start, since), [510, 520]);
});

Deno.test("startOfLastEvents() begins at the end when there is nothing that is wanted", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, lines(0, 50));
  const filter = new EventFilter({ service: ["never"] });
  assert.deepEqual(await startOfLastEvents(path, 5, filter, undefined, OPEN), { at: "end" });
});

Deno.test("startSince() finds a time in a large file, and skips what is older", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeTextFile(path, lines(0, 3000));
  for (const number of [0, 1, 1234, 2999]) {
    const filter = new EventFilter({ since: number * 60_000_000 });
    const start = await startSince(path, number * 60_000_000, OPEN);
    assert.equal(start.at, "cursor");
    if (start.at === "cursor" && number === 2999) assert.ok(start.cursor.offset > 500_000);
    const numbers = await numbersFrom(path, start, filter);
    assert.deepEqual([numbers[0], numbers.length], [number, 3000 - number]);
  }
});

Deno.test("startSince() goes back to rotated and compressed files", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  await Deno.writeFile(`${path}.2.gz`, gzipSync(lines(0, 10)));
  await Deno.writeTextFile(`${path}.1`, lines(10, 10));
  await Deno.writeTextFile(path, lines(20, 10));
  const numbers = async (number: number) =>
    await numbersFrom(
      path,
      await startSince(path, number * 60_000_000, OPEN),
      new EventFilter({ since: number * 60_000_000 }),
    );
  assert.deepEqual((await numbers(5)).length, 25);
  assert.deepEqual((await numbers(15)).length, 15);
});

Deno.test("startOfLastEvents() finds the last that are wanted of a compressed log", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json.gz`;
  await Deno.writeFile(path, gzipSync(lines(0, 2000)));
  const rare = new EventFilter({ service: ["rare"] });
  const last = async (count: number, filter = rare) =>
    await numbersFrom(path, await startOfLastEvents(path, count, filter, undefined, OPEN), filter);
  assert.deepEqual(await last(3), [1970, 1980, 1990]);
  assert.equal((await last(1000)).length, 200);
  assert.deepEqual(await last(2, new EventFilter({})), [1998, 1999]);
  assert.deepEqual(await last(2, new EventFilter({ service: ["never"] })), []);
});

Deno.test("startOfLastEvents() does not count lines that are no events", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.log`;
  const noise = "noise\n".repeat(50);
  await Deno.writeFile(`${path}.1.gz`, gzipSync(lines(0, 2) + noise));
  await Deno.writeTextFile(path, lines(2, 3) + noise);
  const all = new EventFilter({});
  const last = async (count: number) =>
    await numbersFrom(path, await startOfLastEvents(path, count, all, undefined, OPEN), all);
  assert.deepEqual(await last(2), [3, 4]);
  assert.deepEqual(await last(4), [1, 2, 3, 4]);
  assert.deepEqual(await last(9), [0, 1, 2, 3, 4]);
});

/** Numbers from 0 to before 3,000. */
const NUMBERS = Array.from({ length: 3000 }, (_, number) => number);

Deno.test("startSince() and startOfLastEvents() pass over events of a clock that is behind", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  // Nine in ten, so that most looks meet one of them first.
  const timeOf = (number: number) => (number - (number % 10 === 0 ? 0 : 2000)) * MINUTE;
  await Deno.writeTextFile(path, lines(0, NUMBERS.length, timeOf));
  for (const minute of [100, 700, 1500, 2400]) {
    const since = minute * MINUTE;
    const expected = NUMBERS.filter((number) => timeOf(number) >= since);
    const filter = new EventFilter({ since });
    for (
      const start of [
        await startSince(path, since, OPEN),
        await startOfLastEvents(path, NUMBERS.length, filter, since, OPEN),
      ]
    ) assert.deepEqual(await numbersFrom(path, start, filter), expected, `${minute}`);
  }
});

Deno.test("tailLog() reads on behind events of a clock that is ahead, until all are too late", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/events.json`;
  const timeOf = (number: number) => (number + (number % 10 === 0 ? 0 : 2000)) * MINUTE;
  await Deno.writeTextFile(path, lines(0, NUMBERS.length, timeOf));
  const until = 2500 * MINUTE;
  const filter = new EventFilter({ until });
  const expected = NUMBERS.filter((number) => timeOf(number) < until);
  const start: LogStart = { at: "start", rotated: true };
  assert.deepEqual(await numbersFrom(path, start, filter, until), expected);
  // What comes behind the last in time is not read.
  const read = await numbersFrom(path, start, new EventFilter({}), 50 * MINUTE);
  assert.ok(read.length < NUMBERS.length, `${read.length}`);
});
