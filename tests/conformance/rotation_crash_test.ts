/** Rotation when the executable is killed: no event is lost, none is written twice. */
import assert from "node:assert/strict";
import { decnet, printedEvents, startDecnet } from "../support/decnet.ts";
import { MAY_TRACE, testNeeding } from "../support/requirements.ts";
import { assertEachRotationOnce, Fleet, fleetArguments } from "../support/rotating_fleet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Starts a run and kills it when it has printed `lines` lines. */
async function killAfter(args: readonly string[], lines: number): Promise<void> {
  const child = startDecnet(args);
  let left = lines;
  for await (const chunk of child.stdout) {
    left -= chunk.filter((byte) => byte === 0x0a).length;
    if (left <= 0) break;
  }
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It was faster.
    if (!(error instanceof TypeError)) throw error;
  }
  await child.stderr.cancel();
  await child.status;
}

Deno.test("probe killed at any moment and run again writes each rotation once", async () => {
  await using folder = await tempFolder();
  await using fleet = new Fleet(12);
  const args = fleetArguments(fleet, folder.path);
  printedEvents(await decnet(args));
  for (let round = 0; round < 5; round++) {
    fleet.generation++;
    // Two lines a server: its fingerprint and its rotation.
    await killAfter(args, Math.floor(Math.random() * 2 * fleet.ports.length));
    printedEvents(await decnet(args));
    await assertEachRotationOnce(fleet, folder.path);
  }
});

/** By what the log is written, and the state. strace counts each of them on its own. */
const WRITING_CALLS = ["write", "pwrite64"] as const;

/**
 * Kills the run before its `count`th write, by a certain system call, to the files in `folder`.
 *
 * @returns false when it came to its end before
 */
async function killBeforeWrite(
  args: readonly string[],
  folder: string,
  call: string,
  count: number,
): Promise<boolean> {
  const files = ["out.log", "out.json", "state.db", "state.db-wal"];
  const { code } = await decnet(args, {
    under: [
      ...["strace", "-f", "-o", "/dev/null", "-e", `trace=${call}`],
      ...files.flatMap((name) => ["-P", `${folder}/${name}`]),
      ...["-e", `inject=${call}:signal=KILL:when=${count}`],
    ],
  });
  return code !== 0;
}

for (const call of WRITING_CALLS) {
  testNeeding(
    [MAY_TRACE],
    `probe killed before any ${call}() and run again writes each rotation once`,
    async () => {
      let next = 1;
      let killed = 0;
      let survived = false;
      const lane = async () => {
        await using fleet = new Fleet(1);
        await using before = await tempFolder();
        printedEvents(await decnet(fleetArguments(fleet, before.path)));
        // From here on each run is the first that meets other servers.
        fleet.generation++;
        while (!survived) {
          const count = next++;
          await using folder = await tempFolder();
          for await (const { name } of Deno.readDir(before.path)) {
            await Deno.copyFile(`${before.path}/${name}`, `${folder.path}/${name}`);
          }
          const args = fleetArguments(fleet, folder.path);
          if (await killBeforeWrite(args, folder.path, call, count)) killed++;
          else survived = true;
          printedEvents(await decnet(args));
          await assertEachRotationOnce(fleet, folder.path);
        }
      };
      // A run that follows a killed one waits until nobody can be at work on what was left behind.
      await Promise.all(Array.from({ length: 4 }, lane));
      // Two events into two files, and at least as many changes of the state.
      assert.ok(killed >= 4, `killed before ${killed} writes only`);
    },
  );
}
