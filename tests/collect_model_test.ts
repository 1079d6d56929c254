/**
 * Random sequences of lines, rotations, full and read-only disks, failing calls, files that somebody empties,
 * failing state, restarts, kills and power losses against a model: whatever happens, each line is in the
 * output once, in its order, and totals are true.
 *
 * For a campaign: `DECNET_TEST_SEED=$RANDOM$RANDOM DECNET_TEST_SEQUENCES=6000 deno test -A tests/collect_model_test.ts`.
 */
import assert from "node:assert/strict";
import { runCampaign } from "./support/campaign.ts";
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

/** True when `part` is what is left of `whole` when some of it is taken out. */
function isInOrder(part: readonly string[], whole: readonly string[]): boolean {
  let next = 0;
  return part.every((item) => (next = whole.indexOf(item, next) + 1) > 0);
}

/** What `wanted` has more often. */
function missing(found: Map<string, number>, wanted: Map<string, number>): string[] {
  return [...wanted].filter(([item, times]) => times > (found.get(item) ?? 0)).map(([item]) =>
    item
  );
}

function checkLog(world: CollectWorld): void {
  const lines = world.lines("log").filter((line) => !OWN.test(line) && !RATE_LIMITED.test(line));
  const foreign = lines.filter((line) => CONTAINER_EVENT.test(line));
  const gone = world.removed.log.filter((line) => CONTAINER_EVENT.test(line));
  if (!world.isPowerLost) {
    const all = new Set([...gone, ...foreign]);
    assert.deepEqual(world.foreign.filter((line) => !all.has(line)), [], "lines of another verb");
    assert.ok(isInOrder(foreign, world.foreign), "lines of another verb");
  }
  const own = lines.filter((line) => !CONTAINER_EVENT.test(line));
  for (const { decky, resumes, lines: given } of world.streams) {
    const of = (line: string) => line.startsWith(`${decky} `) || line.split(" ")[2] === decky;
    const wanted = given.map(({ text }) => text.replace("\u001b", "\\u001b"));
    const isHalf = (line: string) => world.halves.has(line) && !wanted.includes(line);
    const found = own.filter(of).filter((line) => !isHalf(line));
    const removed = world.removed.log.filter((line) => !RATE_LIMITED.test(line)).filter(of);
    if (resumes && removed.length === 0) {
      assert.deepEqual(found, wanted, `lines of ${decky} in the .log`);
      continue;
    }
    // Some were cut off; where nobody gives them twice, some died with a process.
    const counts = count(wanted);
    // What was cut off may come again, behind what was not.
    const gone = new Set(removed);
    const rest = (lines: readonly string[]) => lines.filter((line) => !gone.has(line));
    if (!world.mayDouble) {
      assert.deepEqual(missing(counts, count(found)), [], `twice of ${decky} in the .log`);
      assert.ok(isInOrder(rest(found), rest(wanted)), `out of order of ${decky} in the .log`);
    }
    if (resumes) {
      const lost = missing(count([...found, ...removed]), counts);
      assert.deepEqual(lost, [], `lost of ${decky} in the .log`);
    }
  }
  const known = world.streams.map(({ decky }) => decky);
  const others = own.filter((line) =>
    !known.some((decky) => line.startsWith(`${decky} `) || line.split(" ")[2] === decky) &&
    !world.halves.has(line)
  );
  assert.deepEqual(others, [], "lines that nobody wrote");
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function checkJson(world: CollectWorld): void {
  const events = world.lines("json").filter((line) => !world.halves.has(line) || isWhole(line))
    .map((line): Event => JSON.parse(line));
  // What was cut off and has come again since counts once.
  const known = new Set(events.map(({ event_id }) => event_id));
  const removed = world.removed.json.filter(isWhole)
    .map((line): Event => JSON.parse(line))
    .filter(({ event_id: id }) => !known.has(id) && known.add(id));
  const ids = count(events.flatMap(({ event_id }) => event_id ?? []));
  const twice = events.filter(({ event_id }) => ids.get(event_id)! > 1);
  assert.deepEqual(twice, [], "events that are there twice");
  for (const { decky, resumes, lines } of world.streams) {
    const all = [...events, ...removed].filter((event) => event.decky === decky);
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
    throw new Error(`\n${history}\n${(error as Error).message}`, { cause: error });
  }
}

Deno.test(`${SEQUENCES} sequences of faults: each line once, and totals that are true`, async () => {
  await runCampaign(SEQUENCES, run);
});
