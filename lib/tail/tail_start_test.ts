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

/** Events a minute apart; every tenth is of another service. */
function lines(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return `${
      toJsonLine(createEvent({
        time: number * 60_000_000,
        sensor: "s",
        decky: "d",
        service: number % 10 === 0 ? "rare" : "often",
        eventType: "y",
        fields: { number, padding: "x".repeat(200) },
      }))
    }\n`;
  }).join("");
}

async function numbersFrom(path: string, start: LogStart, filter: EventFilter): Promise<number[]> {
  const counts = { lines: 0, foreign: 0 };
  const items = tailLog(readLog(path, { start }), { filter, sensor: "s" }, counts);
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
