/** `decnet profile` when it is killed: nothing is lost, and nothing counts twice. */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { attackLines, dumpOf } from "../support/profile_world.ts";
import { MAY_TRACE, testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Exit code of what SIGKILL ends. */
const KILLED = 128 + 9;

/** Writes before which a run is killed: those of the tables, of the first commit, of its checkpoint. */
const CALLS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89];

/** Runs at a time. */
const LANES = 2;

testNeeding(
  [MAY_TRACE],
  "profile killed before any pwrite64() to its store and run again knows what one run knows",
  async () => {
    await using folder = await tempFolder();
    const log = `${folder.path}/decnet.json`;
    await Deno.writeTextFile(log, attackLines(1500, 60, 9).join(""));
    const args = (db: string) => ["profile", log, "--db", db, "--top", "1", "--quiet"];
    const whole = `${folder.path}/whole.db`;
    assert.equal((await decnet(args(whole))).code, 0);
    const expected = await dumpOf(whole);
    let killed = 0;
    const queue = CALLS.values();
    const lane = async () => {
      for (const count of queue) {
        const db = `${folder.path}/${count}.db`;
        await using run = new RunningDecnet(args(db), {
          under: [
            ...["strace", "-D", "-f", "-o", "/dev/null", "-e", "trace=pwrite64"],
            ...["-P", db, "-P", `${db}-wal`],
            ...["-e", `inject=pwrite64:signal=KILL:when=${count}`],
          ],
        });
        const { code } = await run.end();
        if (code === KILLED) killed++;
        else assert.equal(code, 0);
        assert.equal((await decnet(args(db))).code, 0, `after write ${count}`);
        assert.equal(await dumpOf(db), expected, `after write ${count}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    assert.ok(killed >= 5, `killed ${killed} times only`);
  },
);
