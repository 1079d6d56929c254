/** `decnet collect` when it is killed: no line is lost, none is written twice (F1, F2). */
import assert from "node:assert/strict";
import { collectFiles } from "../support/collect_files.ts";
import { MAY_TRACE, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Enough for several writes to each file. */
const LINES = 1500;

/** By what the output is written, and the state. strace counts each of them on its own. */
const WRITING_CALLS = ["write", "pwrite64"] as const;

/** Exit code of what SIGKILL ends. */
const KILLED = 128 + 9;

/** Milliseconds for which a run goes on at most that is killed by chance. */
const LOOKS = 500;

/** Runs at a time. */
const LANES = 3;

/** Calls before which each run is killed, at most: the rest is more of the same. */
const MAX_CALLS = 12;

for (const call of WRITING_CALLS) {
  testNeeding(
    [MAY_TRACE],
    `F1 F2: collect killed before any ${call}() and run again has each line once`,
    async () => {
      let next = 1;
      let killed = 0;
      let hasSurvived = false;
      const lane = async () => {
        while (!hasSurvived && next <= MAX_CALLS) {
          if (await isKilledBefore(call, next++)) killed++;
          else hasSurvived = true;
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      assert.ok(killed >= 5, `killed before ${killed} calls only`);
    },
  );
}

/** Kills a run before its call number `count`, and runs it again; false when there were not so many. */
async function isKilledBefore(call: string, count: number): Promise<boolean> {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  await files.put(LINES);
  const outputs = [`${files.base}.log`, `${files.base}.json`, files.state];
  const traced = [...outputs, `${files.state}-wal`].flatMap((path) => ["-P", path]);
  await using run = new RunningDecnet(files.args(), {
    under: [
      // As its own child the run would outlive the tracer, which no other signal ends.
      ...["strace", "-D", "-f", "-o", "/dev/null", "-e", `trace=${call}`, ...traced],
      ...["-e", `inject=${call}:signal=KILL:when=${count}`],
    ],
  });
  await files.collected(run);
  run.kill("SIGTERM");
  const { code, stderr } = await run.end();
  if (code !== 0) assert.equal(code, KILLED, stderr);
  await files.put(10);
  await files.run();
  files.check();
  return code === KILLED;
}

Deno.test("F1: collect killed at any time, again and again, has each line once", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  const sizeOf = (path: string) => {
    try {
      return Deno.statSync(path).size;
    } catch {
      return 0;
    }
  };
  for (let round = 0; round < 6; round++) {
    await files.put(LINES);
    await using run = new RunningDecnet(files.args());
    // Somewhere in these lines, before them or behind them.
    const enough = sizeOf(files.input) * (round - 0.2 + 1.4 * Math.random()) / (round + 1);
    for (let look = 0; look < LOOKS && sizeOf(`${files.base}.log`) < enough; look++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    run.kill("SIGKILL");
    await run.end();
  }
  await files.put(10);
  await files.run();
  files.check();
});
