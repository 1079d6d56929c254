/** Parts of the attackers in stores of their own come to what one store knows, however the logs of sensors meet. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { MergeError, mergeStores } from "../lib/profile/merge_stores.ts";
import { attackLines, dumpOf, readInto } from "./support/profile_world.ts";
import { tempFolder } from "./support/temp_folder.ts";

const SENSORS = 3;

/** Lines of three sensors: each has its own decoys, attackers go to all, and some lines name no sensor. */
const BY_SENSOR: string[][] = Array.from({ length: SENSORS }, () => []);
for (const [index, line] of attackLines(900, 30, 7).entries()) {
  const decky = /"decky":"([^"]*)"/.exec(line)?.[1] ?? "";
  const sensor = decky.length % SENSORS;
  const named = line.replace('"sensor":"sensor-1"', `"sensor":"edge-${sensor}"`);
  BY_SENSOR[sensor]!.push(index % 50 === 7 ? line.replace('"sensor":"sensor-1",', "") : named);
}

/** The sensors' logs one behind the other. */
const LINES = BY_SENSOR.flat();

/** The same lines as `turns` bring them together: each sensor's own in their order. */
function mixed(turns: readonly number[]): string[] {
  // What names no sensor has one order, that of the whole.
  const queues = [
    ...BY_SENSOR.map((lines) => lines.filter((line) => line.includes('"sensor"'))),
    LINES.filter((line) => !line.includes('"sensor"')),
  ];
  const lines: string[] = [];
  for (const [index, queue] of turns.entries()) {
    lines.push(...queues[queue % queues.length]!.splice(0, 1 + index % 40));
  }
  return [...lines, ...queues.flat()];
}

Deno.test("Profiles are the same however the logs of sensors come together in one", async () => {
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, LINES.join(""));
  await readInto({ db: `${folder.path}/whole.db`, logs: [log] });
  const expected = await dumpOf(`${folder.path}/whole.db`);
  assert.ok(expected.includes("edge-0") && expected.includes("edge-2"));
  let number = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3), { minLength: 20, maxLength: 80 }), async (turns) => {
      const db = `${folder.path}/${number++}.db`;
      const lines = mixed(turns);
      assert.equal(lines.length, LINES.length);
      await Deno.writeTextFile(log, lines.join(""));
      await readInto({ db, logs: [log] });
      assert.equal(await dumpOf(db), expected);
    }),
    { numRuns: 12 },
  );
});

Deno.test("mergeStores() makes of all parts what one store knows, whatever inputs they began with", async () => {
  await using folder = await tempFolder();
  const { path } = folder;
  const logs = [`${path}/one.json`, `${path}/other.json`];
  await Deno.writeTextFile(logs[0]!, LINES.filter((_, index) => index % 3 === 0).join(""));
  await Deno.writeTextFile(logs[1]!, LINES.filter((_, index) => index % 3 !== 0).join(""));
  await readInto({ db: `${path}/whole.db`, logs });
  const expected = await dumpOf(`${path}/whole.db`);
  for (const parts of [1, 2, 5]) {
    const dbs = Array.from({ length: parts }, (_, index) => `${path}/${parts}-${index}.db`);
    for (const [index, db] of dbs.entries()) {
      const partition = { part: index + 1, parts };
      // The numbers of inputs are those of the order in which they came.
      await readInto({ db, logs: index % 2 === 0 ? logs : logs.toReversed(), partition });
    }
    const target = `${path}/all-${parts}.db`;
    const { attackers, uneven } = mergeStores(target, dbs.toReversed());
    assert.equal(attackers, 30);
    assert.deepEqual(uneven, []);
    assert.equal(await dumpOf(target), expected);
    // Once more into the same.
    assert.equal(mergeStores(target, dbs).attackers, 30);
    assert.equal(await dumpOf(target), expected);
  }
});

Deno.test("mergeStores() refuses what is not all of one whole, and leaves everything as it was", async () => {
  await using folder = await tempFolder();
  const { path } = folder;
  const log = `${path}/decnet.json`;
  await Deno.writeTextFile(log, LINES.join(""));
  const store = async (name: string, part?: number, parts = 2) => {
    const db = `${path}/${name}.db`;
    const partition = part === undefined ? undefined : { part, parts };
    await readInto({ db, logs: [log], partition });
    return db;
  };
  const whole = await store("whole");
  const [one, two] = [await store("one", 1), await store("two", 2)];
  const same = await store("same", 1);
  const third = await store("third", 3, 3);
  const empty = `${path}/empty.db`;
  await readInto({ db: empty, logs: [] });
  const all = `${path}/all.db`;
  const refuses = (reason: RegExp, dbs: readonly string[], target = all) =>
    assert.throws(
      () => mergeStores(target, dbs),
      (error) => error instanceof MergeError && reason.test(error.message),
    );
  refuses(/part 2\/2 is missing/, [one]);
  refuses(/one\.db and .*same\.db are both part 1\/2/, [one, same]);
  refuses(/third\.db is part 3\/3, others are of 2/, [one, two, third]);
  refuses(/whole\.db: it holds all attackers/, [one, whole]);
  refuses(/empty\.db: nothing was read into it/, [one, empty]);
  refuses(/there is no store .*gone\.db/, [one, `${path}/gone.db`]);
  refuses(/decnet\.json: .*not a database/, [one, log]);
  refuses(/one\.db is a store that logs were read into/, [one, two], one);
  refuses(/whole\.db is a store that logs were read into/, [one, two], whole);
  // Somebody has been at a part: no empty store is left behind.
  const twice = `${path}/twice.db`;
  await Deno.copyFile(two, twice);
  using both = new DatabaseSync(twice);
  both.exec(`ATTACH '${one}' AS one`);
  both.exec("UPDATE attacker SET address = (SELECT min(address) FROM one.attacker) WHERE id = 1");
  refuses(/attacker .* is in two parts/, [one, twice]);
  for (const name of ["gone", "all"]) {
    assert.throws(() => Deno.statSync(`${path}/${name}.db`), Deno.errors.NotFound);
  }

  mergeStores(all, [one, two]);
  const merged = await dumpOf(all);
  assert.equal(merged, await dumpOf(whole));
  refuses(/all\.db: it holds 2 parts/, [all, two], `${path}/more.db`);
  refuses(/part 1\/2 is missing/, [two]);
  assert.equal(await dumpOf(all), merged);

  // One part has gone on.
  await Deno.writeTextFile(log, LINES.slice(0, 50).join(""), { append: true });
  await store("two", 2);
  assert.deepEqual(mergeStores(all, [one, two]).uneven, [log]);
});
