/**
 * Random sequences of lines, rotations, full disks, failing state, kills and power losses against a model:
 * whatever happens, each line is in the output once, in its order, and totals are true.
 *
 * DECNET_TEST_SEED=N repeats one sequence and prints what happened in it.
 */
import assert from "node:assert/strict";
import { CollectWorld } from "./support/collect_world.ts";
import { SeededRandom } from "./support/log_random.ts";
import { tempFolder } from "./support/temp_folder.ts";

const SEQUENCES = 1000;
const STEPS = 60;

const OWN = /^<\d+>1 \S+ decnet-collector /;
const RATE_LIMITED = /^<\d+>1 \S+ \S+ \S+ - rate_limited /;
const CONTAINER_EVENT = / foreign \[/;

interface Event {
  readonly event_id: string;
  readonly decky: string;
  readonly event_type: string;
  readonly raw_line: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly foreign?: string;
}

function count<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function checkLog(world: CollectWorld): void {
  const lines = world.lines("log").filter((line) => !OWN.test(line) && !RATE_LIMITED.test(line));
  const foreign = lines.filter((line) => CONTAINER_EVENT.test(line));
  if (!world.isPowerLost) assert.deepEqual(foreign, world.foreign, "lines of another verb");
  const own = lines.filter((line) => !CONTAINER_EVENT.test(line));
  for (const { decky, resumes, lines: given } of world.streams) {
    const of = (line: string) => line.startsWith(`${decky} `) || line.split(" ")[2] === decky;
    const found = own.filter(of);
    const wanted = given.map(({ text }) => text.replace("\u001b", "\\u001b"));
    if (resumes) assert.deepEqual(found, wanted, `lines of ${decky} in the .log`);
    else {
      // In their order, none of them twice; some died with a process.
      let next = 0;
      for (const line of found) {
        next = wanted.indexOf(line, next) + 1;
        assert.ok(next > 0, `a line of ${decky} that nobody gave there: ${line}`);
      }
    }
  }
  const known = world.streams.map(({ decky }) => decky);
  const others = own.filter((line) => {
    return !known.some((decky) => line.startsWith(`${decky} `) || line.split(" ")[2] === decky);
  });
  assert.deepEqual(others, [], "lines that nobody wrote");
}

function checkJson(world: CollectWorld): void {
  const events = world.lines("json").map((line): Event => JSON.parse(line));
  const ids = count(events.flatMap(({ event_id }) => event_id ?? []));
  const twice = events.filter(({ event_id }) => ids.get(event_id)! > 1);
  assert.deepEqual(twice, [], "events that are there twice");
  for (const { decky, resumes, lines } of world.streams) {
    const all = events.filter((event) => event.decky === decky);
    const told = all.filter(({ event_type }) => event_type !== "rate_limited");
    const held = all.filter(({ event_type }) => event_type === "rate_limited")
      .reduce((sum, { fields }) => sum + Number(fields["count"]), 0);
    const counts = count(told.map(({ raw_line }) => raw_line));
    const wanted = count(
      lines.map(({ text }) => text.replace("\u001b", "\\u001b")).filter((text) =>
        !text.includes(" noise ")
      ),
    );
    for (const [text, times] of counts) {
      assert.ok(times <= (wanted.get(text) ?? 0), `too often in the .json: ${text}`);
    }
    if (!resumes) continue;
    let limited = 0;
    for (const [text, times] of wanted) {
      if (text.includes(" connect ")) limited += times;
      else assert.equal(counts.get(text), times, `in the .json: ${text}`);
    }
    const connects = told.filter(({ event_type }) => event_type === "connect").length;
    const total = connects + held;
    if (world.isCursorLost) assert.ok(total >= limited, `connects of ${decky}: ${total}`);
    else assert.equal(total, limited, `connects of ${decky}, told and held back`);
  }
}

async function run(seed: number): Promise<void> {
  await using folder = await tempFolder();
  const world = new CollectWorld(folder.path, new SeededRandom(seed));
  try {
    for (let step = 0; step < STEPS; step++) await world.step();
    await world.finish();
    checkLog(world);
    checkJson(world);
  } catch (error) {
    const history = world.history.map((text) => `  ${text}`).join("\n");
    throw new Error(`seed ${seed}:\n${history}\n${(error as Error).message}`, { cause: error });
  }
}

Deno.test(`${SEQUENCES} sequences of faults: each line once, and totals that are true`, async () => {
  const seed = Deno.env.get("DECNET_TEST_SEED");
  if (seed !== undefined) return await run(Number(seed));
  const first = Math.floor(Math.random() * 1_000_000_000);
  for (let index = 0; index < SEQUENCES; index++) await run(first + index);
});
