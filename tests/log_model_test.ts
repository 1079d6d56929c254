/**
 * Readers of a log against a model of the log, whatever its rotator does, and whenever it does it.
 *
 * For a campaign: `DECNET_TEST_SEED=$RANDOM DECNET_TEST_SEQUENCES=6000 deno test -A tests/log_model_test.ts`.
 */
import assert from "node:assert/strict";
import { REAL_FILES } from "../lib/log/log_files.ts";
import { runCampaign } from "./support/campaign.ts";
import { disturbedFiles, MODEL_MAX_LINE, ModelReader } from "./support/log_model_reader.ts";
import { SeededRandom } from "./support/log_random.ts";
import { LogWorld } from "./support/log_world.ts";
import { tempFolder } from "./support/temp_folder.ts";

const SEQUENCES = 120;

/** Steps of a sequence, and how likely something happens before each system call of a reader. */
const STEPS = 40;
const DISTURBANCE = 0.05;

/** What a reader should give of a file; a last line without its newline counts. */
function linesOf(content: string): string[] {
  return content.split("\n").map(withoutHole)
    .filter((line) => line !== "" && line.length <= MODEL_MAX_LINE);
}

/** A hole is given with the line behind it if both together are not too long. */
function withoutHole(line: string): string {
  return line.replace(/^\0+/, "");
}

/** A world and its readers, after they have lived for a while; all lines are there to be read. */
async function live(folder: string, seed: number): Promise<[LogWorld, readonly ModelReader[]]> {
  const random = new SeededRandom(seed);
  const readers: ModelReader[] = [];
  const world = new LogWorld(folder, random, (content) => {
    for (const reader of readers) reader.excuse(linesOf(content));
  });
  let isOver = false;
  const files = disturbedFiles(REAL_FILES, () => {
    if (!isOver && random.chance(DISTURBANCE)) world.change();
  });
  for (const follow of [true, true, false]) readers.push(new ModelReader(world, follow, files));
  for (let step = 0; step < STEPS; step++) {
    world.change();
    const reader = random.pick(readers);
    if (random.chance(0.1)) await reader.kill();
    else if (random.chance(0.6)) await reader.read(1 + random.below(6));
  }
  isOver = true;
  world.finish();
  return [world, readers];
}

async function runSequence(seed: number): Promise<void> {
  await using folder = await tempFolder();
  const [world, readers] = await live(folder.path, seed);
  const lines = world.files.flatMap(({ content }) => linesOf(content));
  const order = new Map(lines.map((line, index) => [line, index]));
  for (const [number, reader] of readers.entries()) {
    // A pass ends at the size that the file had in the beginning: the second takes what came since.
    await reader.read(Infinity);
    await reader.read(Infinity);
    await reader.kill();
    const fail = (what: string) =>
      assert.fail(`reader ${number}: ${what}\n${world.history}\n${reader.notices}`);
    let last = -1;
    for (const line of reader.committed.map(withoutHole).filter((line) => line !== "")) {
      const place = order.get(line) ?? fail(`nobody wrote ${line}`);
      if (place <= last) fail(`${line} comes after ${lines[last]}`);
      last = place;
    }
    const done = new Set(reader.committed.map(withoutHole));
    for (const line of lines) {
      if (!done.has(line) && !reader.excused.has(line)) fail(`${line} is lost`);
    }
  }
}

Deno.test("readLog() loses and doubles no line in random rotations, kills and restarts", async () => {
  await runCampaign(SEQUENCES, runSequence);
});
