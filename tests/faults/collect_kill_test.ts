/** `decnet collect` when it is killed: no line is lost, none is written twice (F1, F2). */
import assert from "node:assert/strict";
import { collectFiles } from "../support/collect_files.ts";
import { MAY_TRACE, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Enough for several writes to each file. */
const LINES = 2500;

/** By what the output is written, and the state. strace counts each of them on its own. */
const WRITING_CALLS = ["write", "pwrite64"] as const;

/** Runs at a time. */
const LANES = 3;

/** Calls before which each run is killed, at most: the rest is more of the same. */
const MAX_CALLS = 24;

for (const call of WRITING_CALLS) {
  testNeeding(
    [MAY_TRACE],
    `F1 F2: collect killed before any ${call}() and run again has each line once`,
    async () => {
      let next = 1;
      let killed = 0;
      const lane = async () => {
        for (let survived = false; !survived && next <= MAX_CALLS;) {
          const count = next++;
          await using folder = await tempFolder();
          const files = collectFiles(folder);
          await files.put(LINES);
          const outputs = [`${files.base}.log`, `${files.base}.json`, files.state];
          const traced = [...outputs, `${files.state}-wal`].flatMap((path) => ["-P", path]);
          await using run = new RunningDecnet(files.args(), {
            under: [
              ...["strace", "-f", "-o", "/dev/null", "-e", `trace=${call}`, ...traced],
              ...["-e", `inject=${call}:signal=KILL:when=${count}`],
            ],
          });
          survived = await Promise.race([
            run.end().then(() => false),
            files.collected(run).then(() => true, () => true),
          ]);
          if (survived) {
            run.kill("SIGTERM");
            await run.end();
          } else killed++;
          await files.put(10);
          await files.run();
          files.check();
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      assert.ok(killed >= 5, `killed before ${killed} calls only`);
    },
  );
}

Deno.test("F1: collect killed at any time, again and again, has each line once", async () => {
  await using folder = await tempFolder();
  const files = collectFiles(folder);
  for (let round = 0; round < 8; round++) {
    await files.put(LINES);
    await using run = new RunningDecnet(files.args());
    // Somewhere in these lines, before them or behind them.
    const lines = Math.floor(Math.random() * 1.5 * LINES) + round * LINES;
    const enough = () => files.text("log").split("\n").length > lines;
    for (let look = 0; look < 300 && !enough(); look++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    run.kill("SIGKILL");
    await run.end();
  }
  await files.run();
  files.check();
});
