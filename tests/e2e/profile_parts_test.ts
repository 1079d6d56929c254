/** Workers that share the attackers, by the executable. */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { attackLines } from "../support/profile_world.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Runs that went well. @returns what they printed */
async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await decnet(args);
  assert.equal(code, 0, stderr);
  return stdout;
}

/** A run that is refused: one line and a hint. */
async function refused(code: number, reason: RegExp, ...args: string[]): Promise<void> {
  const ended = await decnet(args);
  assert.equal(ended.code, code, ended.stderr);
  assert.match(ended.stderr, /^decnet: [^\n]+\n(?: {2}hint: [^\n]+\n)?$/);
  assert.match(ended.stderr, reason);
  assert.equal(ended.stdout, "");
}

Deno.test("profile answers from merged parts as from one store", async () => {
  await using folder = await tempFolder();
  const { path } = folder;
  const log = `${path}/decnet.json`;
  await Deno.writeTextFile(log, attackLines(900, 30, 7).join(""));
  const [whole, one, two, all] = ["whole", "one", "two", "all"].map((name) => `${path}/${name}.db`);
  const told = async (db: string, ...more: string[]) =>
    (await run("profile", log, "--db", db, "--events", ...more)).split("\n").filter(Boolean);
  const events = await told(whole!);
  const parts = [
    ...await told(one!, "--partition", "1/2"),
    ...await told(two!, "--partition", "2/2"),
  ];
  // Of each attacker its owner tells, and nobody else.
  assert.ok(events.length >= 30);
  assert.deepEqual(parts.sort(), events.sort());
  await run("profile", "merge", "--db", all!, two!, one!);
  const [first] = (await run("profile", "--top", "1", "--db", whole!)).split("\n");
  const address = JSON.parse(first!).attacker_ip;
  for (
    const question of [
      ["show", address],
      ["--top", "1000", "--sort", "events"],
      ["--cluster"],
      ["--top", "1000", "--format", "csv"],
    ]
  ) {
    const answers = [whole!, all!].map((db) => run("profile", ...question, "--db", db));
    const [expected, found] = await Promise.all(answers);
    assert.equal(found, expected, question.join(" "));
    assert.ok(expected!.length > 100);
  }
  // Its parts tell of their own, the whole of nothing more.
  assert.equal(await run("profile", log, "--db", one!, "--partition", "1/2", "--events"), "");

  await refused(
    ...[1, /it holds part 1\/2, and this is to read part 2\/2/] as const,
    ...["profile", log, "--db", one!, "--partition", "2/2"],
  );
  await refused(1, /this is to read all attackers/, "profile", log, "--db", one!);
  await refused(
    ...[1, /holds all attackers/] as const,
    ...["profile", log, "--db", whole!, "--partition", "1/2"],
  );
  await refused(1, /was put together of 2 parts/, "profile", log, "--db", all!);
  await refused(1, /part 2\/2 is missing/, "profile", "merge", "--db", all!, one!);
  await refused(1, /logs were read into/, "profile", "merge", "--db", whole!, one!, two!);
});

Deno.test("profile says what is wrong with a part, or with what is to be merged", async () => {
  await refused(2, /"3\/2" is no part like 1\/2/, "profile", "x.json", "--partition", "3/2");
  await refused(2, /--partition is for reading/, "profile", "--top", "3", "--partition", "1/2");
  await refused(2, /merge needs the stores of all parts/, "profile", "merge", "--db", "x.db");
  await refused(2, /merge needs a file/, "profile", "merge", "x.db");
});
