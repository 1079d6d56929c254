import assert from "node:assert/strict";
import { EXPORT_FORMATS } from "../../lib/profile/export/formats.ts";
import { makeAttackLog } from "../../scripts/make_attack_log/make.ts";
import type { Truth } from "../../scripts/make_attack_log/truth.ts";
import { PROFILE_FORMATS } from "../../commands/profile_flags.ts";
import { decnet, decnetOnTerminal } from "../support/decnet.ts";
import { assertNoControl } from "../support/hostile_run.ts";
import { checkedMisp } from "../support/misp_rules.ts";
import { testNeeding } from "../support/requirements.ts";
import { checkedStix } from "../support/stix_rules.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** A log with its truth, and a place for the store. */
async function world() {
  const folder = await tempFolder();
  const [lines, truths]: [string[], Truth[]] = [[], []];
  makeAttackLog({ events: 1500, attackers: 50, seed: 3 }, {
    line: (text) => lines.push(text),
    truth: (truth) => truths.push(truth),
  });
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, lines.join(""));
  return {
    ...{ folder: folder.path, log, lines, truths },
    db: ["--db", `${folder.path}/profiles.db`],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function output(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await decnet(["profile", ...args]);
  assert.equal(code, 0, stderr);
  return stdout;
}

Deno.test("decnet profile --format knows every form for other systems", () => {
  const names = EXPORT_FORMATS.map(({ name }) => name);
  assert.deepEqual(PROFILE_FORMATS.filter((name) => name !== "native" && name !== "json"), names);
});

Deno.test("decnet profile --format stix exports an attacker again under the same ids, as newer", async () => {
  await using here = await world();
  const { log, db, lines, truths } = here;
  const half = lines.length >> 1;
  await Deno.writeTextFile(log, lines.slice(0, half).join(""));
  await output(log, ...db);
  const before = new Map(
    checkedStix(await output("--top", "99", ...db, "--format", "stix"))
      .map((object) => [object.id, object]),
  );
  await Deno.writeTextFile(log, lines.slice(half).join(""), { append: true });
  await output(log, ...db);
  const after = checkedStix(await output("--top", "99", ...db, "--format", "stix"));
  const indicators = after.filter(({ type }) => type === "indicator");
  assert.equal(indicators.length, truths.length);
  let newer = 0;
  for (const indicator of indicators) {
    const old = before.get(indicator.id);
    if (old === undefined) continue;
    assert.equal(indicator["created"], old["created"]);
    assert.ok(String(indicator["modified"]) >= String(old["modified"]));
    if (indicator["modified"] !== old["modified"]) newer++;
  }
  assert.ok(newer > 0, "no attacker is in both halves");
  assert.ok(before.size > truths.length, "nothing to compare with");
});

Deno.test("decnet profile --format misp and csv export every attacker", async () => {
  await using here = await world();
  const { log, db, truths } = here;
  const events = checkedMisp(await output(log, ...db, "--format", "misp"));
  assert.equal(events.length, truths.length);
  const csv = await output("--top", "99", ...db, "--format", "csv");
  const rows = csv.split("\r\n");
  assert.equal(rows.pop(), "");
  assert.match(rows[0]!, /^attacker_ip,first_seen,/);
  const addresses = rows.slice(1).map((row) => row.split(",")[0]!);
  assert.deepEqual(addresses.sort(), truths.map(({ attacker_ip }) => attacker_ip).sort());
  // Nothing new is no news, but a document all the same.
  assert.deepEqual(checkedMisp(await output(log, ...db, "--format", "misp")), []);
  assert.deepEqual(checkedStix(await output(log, ...db, "--format", "stix")).length, 2);
  assert.equal(await output(log, ...db, "--format", "csv"), `${rows[0]}\r\n`);
  assert.equal(await output(log, ...db), "");
});

Deno.test("decnet profile --html writes a page beside what it prints", async () => {
  await using here = await world();
  const { log, db, folder, truths } = here;
  const stdout = await output(log, ...db, "--html", `${folder}/page.html`);
  assert.equal(stdout.split("\n").length - 1, truths.length);
  const page = await Deno.readTextFile(`${folder}/page.html`);
  assert.equal(page.match(/<article /g)?.length, truths.length);
  assert.match(page, /<\/html>\s*$/);
  const { code, stderr } = await decnet([
    ...["profile", "--top", "1", ...db, "--html", `${folder}/nowhere/page.html`],
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /nowhere/);
});

testNeeding(["script"], "decnet profile shows a list and dossiers on a terminal", async () => {
  await using here = await world();
  const { log, db, truths } = here;
  const mover = truths.find(({ kind }) => kind === "lateral_mover")!;
  const list = await decnetOnTerminal(["profile", log, ...db], { COLUMNS: "140" });
  assert.match(list, /RISK/);
  for (const { attacker_ip } of truths) assert.ok(list.includes(attacker_ip), attacker_ip);
  const dossier = await decnetOnTerminal(
    ["profile", "show", mover.attacker_ip, ...db],
    { NO_COLOR: "1" },
  );
  for (const { decky } of mover.deckies) assert.ok(dossier.includes(decky), decky);
  assert.match(dossier, /^why +\d+ commands/m);
  // The terminal itself puts the CR before each LF.
  assertNoControl(dossier.replaceAll("\r\n", "\n"), "the dossier");
});
