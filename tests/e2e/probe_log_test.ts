/** `decnet probe --from-log` in good days and bad ones. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { decnet, parseEvents, type PrintedEvent, printedEvents } from "../support/decnet.ts";
import { HostileLog } from "../support/hostile_log.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { nameLists, sshOpening } from "../support/ssh_script.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/** Ports 1 and 2 (tcpmux, compressnet): nothing listens there. */
const CLOSED_PORT = 1;

/** A service that asks one port for its HASSHServer, as fast as it can. */
function fromLog(folder: TempFolder, port: number, ...flags: string[]): string[] {
  return [
    ...["probe", "--from-log", `${folder.path}/decoys.json`, "--state", `${folder.path}/state.db`],
    ...["--allow", "127.0.0.0/8", "--rate", "0", "--target-rate", "0"],
    ...["--probe", "hassh", "--port", `hassh=${port}`, ...flags],
  ];
}

function logIn(folder: TempFolder, ...addresses: string[]): HostileLog {
  const log = new HostileLog(`${folder.path}/decoys.json`);
  log.append(addresses.map((address) => HostileLog.sighting(address)));
  return log;
}

/** Whole lines of what a service that goes on has printed so far. */
function soFar(text: string): PrintedEvent[] {
  return parseEvents(text.slice(0, text.lastIndexOf("\n") + 1));
}

const ofType = (events: readonly PrintedEvent[], type: string) =>
  events.filter(({ event_type }) => event_type === type);

const hasType = (type: string) => (text: string) => ofType(soFar(text), type).length > 0;

/** Counts of targets over all cycles. */
const total = (events: readonly PrintedEvent[], field: string) =>
  ofType(events, "prober_cycle").reduce((sum, { fields }) => sum + Number(fields[field] ?? 0), 0);

Deno.test("probe --from-log works through a log once, says what it did, and ends", async () => {
  await using folder = await tempFolder();
  logIn(folder, "127.0.1.1", "127.0.1.2", "10.0.0.1", "127.0.1.1");
  const events = printedEvents(await decnet(fromLog(folder, CLOSED_PORT)));
  assert.deepEqual(events.map(({ event_type, attacker_ip }) => [event_type, attacker_ip]), [
    ["prober_startup", "Unknown"],
    ["prober_cycle", "Unknown"],
  ]);
  assert.deepEqual(events[0]!.fields["probes"], ["hassh"]);
  const { lines, sightings, targets_started, targets_done, outcome_refused, outcome_denied } =
    events[1]!.fields;
  assert.deepEqual([lines, sightings, targets_started, targets_done], [5, 4, 3, 3]);
  assert.deepEqual([outcome_refused, outcome_denied], [2, 1]);
});

Deno.test("probe --from-log does nothing again before the cool-down is over", async () => {
  await using folder = await tempFolder();
  const log = logIn(folder, "127.0.1.1");
  await decnet(fromLog(folder, CLOSED_PORT));
  log.append([HostileLog.sighting("127.0.1.1"), HostileLog.sighting("127.0.1.2")]);
  const second = printedEvents(await decnet(fromLog(folder, CLOSED_PORT)));
  assert.deepEqual([total(second, "sightings"), total(second, "targets_started")], [2, 1]);
  const third = printedEvents(await decnet(fromLog(folder, CLOSED_PORT)));
  assert.deepEqual([total(third, "lines"), total(third, "targets_started")], [0, 0]);
});

Deno.test("probe --watch: a silent host keeps nobody waiting, and SIGTERM ends it within two seconds", async () => {
  await using folder = await tempFolder();
  const hosts = Array.from({ length: 50 }, (_, host) => `127.0.1.${host + 1}`);
  logIn(folder, "127.0.0.2", ...hosts);
  using silentHost = Deno.listen({ hostname: "127.0.0.2", port: 0 });
  const args = fromLog(folder, silentHost.addr.port, "--watch", "--interval", "50ms");
  const patient = [...args, "--timeout", "60s", "--concurrency", "2", "--outcomes"];
  await using run = new RunningDecnet(patient);
  const misses = (text: string) => ofType(soFar(text), "probe_outcome").length;
  await run.stdout.until((text) => misses(text) === hosts.length);
  const killed = performance.now();
  run.kill("SIGTERM");
  const { code, stdout } = await run.end();
  assert.ok(performance.now() - killed < 2000);
  assert.equal(code, 0);
  const last = soFar(stdout).filter(({ attacker_ip }) => attacker_ip === "127.0.0.2");
  assert.deepEqual(last.map(({ fields }) => fields["outcome"]), ["interrupted"]);

  // The next start goes on where it was: with the one that was cut off.
  const next = printedEvents(await decnet([...fromLog(folder, CLOSED_PORT), "--outcomes"]));
  const probed = ofType(next, "probe_outcome").map(({ attacker_ip }) => attacker_ip);
  assert.deepEqual(probed, ["127.0.0.2"]);
});

Deno.test("probe --watch sees a host change within one process", async () => {
  await using folder = await tempFolder();
  logIn(folder, "127.0.0.1");
  // The address is this machine's own, which no log may name.
  const own = printedEvents(await decnet(fromLog(folder, CLOSED_PORT)));
  assert.equal(total(own, "outcome_denied"), 1);

  logIn(folder, "127.0.0.3");
  let kex = "before";
  using listener = Deno.listen({ hostname: "127.0.0.3", port: 0 });
  const serving = (async () => {
    for await (const client of listener) {
      await client.write(sshOpening("SSH-2.0-x", nameLists(kex)));
      client.close();
    }
  })();
  const args = fromLog(folder, listener.addr.port, "--watch", "--interval", "20ms");
  await using run = new RunningDecnet([...args, "--cooldown", "50ms", "--json"]);
  await run.stdout.until(hasType("hassh_fingerprint"));
  kex = "after";
  await run.stdout.until(hasType("fingerprint_rotated"));
  run.kill("SIGTERM");
  const { stdout } = await run.end();
  assert.equal(ofType(soFar(stdout), "fingerprint_rotated").length, 1);
  listener.close();
  await serving;
});

Deno.test("probe --from-log refuses to work beside another one on the same state, with exit code 75", async () => {
  await using folder = await tempFolder();
  logIn(folder, "127.0.1.1");
  const args = fromLog(folder, CLOSED_PORT);
  await using run = new RunningDecnet([...args, "--watch"]);
  await run.stdout.until(hasType("prober_startup"));
  const second = await decnet(args);
  assert.deepEqual([second.code, second.stdout], [75, ""]);
  assert.match(
    second.stderr,
    /^decnet: another prober with --from-log is at work on .*\n {2}hint: /,
  );
  run.kill("SIGKILL");
  await run.end();
  assert.equal((await decnet(args)).code, 0);
});

Deno.test("probe --watch tells once of a state that is locked, and goes on when it is not", async () => {
  await using folder = await tempFolder();
  const log = logIn(folder, "127.0.1.1");
  const args = fromLog(folder, CLOSED_PORT, "--watch", "--interval", "50ms");
  await using run = new RunningDecnet(args);
  await run.stdout.until((text) => total(soFar(text), "targets_done") === 1);
  {
    using other = new DatabaseSync(`${folder.path}/state.db`);
    other.exec("BEGIN IMMEDIATE");
    log.append([HostileLog.sighting("127.0.1.2")]);
    await run.stdout.until(hasType("prober_error"));
    other.exec("ROLLBACK");
  }
  await run.stdout.until((text) => total(soFar(text), "targets_done") === 2);
  run.kill("SIGTERM");
  const { code, stdout } = await run.end();
  assert.equal(code, 0);
  const errors = ofType(soFar(stdout), "prober_error");
  assert.deepEqual(errors.map(({ fields }) => fields["about"]), ["state"]);
});

Deno.test("probe --watch tells once of a log that is missing, and reads it when it comes", async () => {
  await using folder = await tempFolder();
  const args = fromLog(folder, CLOSED_PORT, "--watch", "--interval", "20ms");
  await using run = new RunningDecnet(args);
  await run.stdout.until(hasType("prober_error"));
  logIn(folder, "127.0.1.1");
  await run.stdout.until((text) => total(soFar(text), "targets_done") === 1);
  run.kill("SIGTERM");
  const { stdout, stderr } = await run.end();
  const errors = ofType(soFar(stdout), "prober_error");
  assert.deepEqual(errors.map(({ fields }) => fields["reason"]), ["there is no such log yet"]);
  assert.match(stderr, /warning: .*decoys\.json: there is no such log yet\n/);
});

Deno.test("probe --from-log says so when a log is not one of events, or cannot be read", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/decoys.json`;
  await Deno.writeTextFile(path, "<134>1 - web ssh - auth -\n".repeat(10));
  const run = await decnet(fromLog(folder, CLOSED_PORT));
  assert.match(run.stderr, /none of 10 lines is an event: is this the \.json file of a log\?/);
  await Deno.remove(path);
  await Deno.mkdir(path);
  const unreadable = await decnet(fromLog(folder, CLOSED_PORT));
  assert.equal(unreadable.code, 1);
  assert.match(unreadable.stderr, /decoys\.json: cannot be read: /);
});

Deno.test("probe --watch with --out goes on when nobody reads its output any more", async () => {
  await using folder = await tempFolder();
  const log = logIn(folder, "127.0.1.1");
  const out = `${folder.path}/out`;
  const args = fromLog(folder, CLOSED_PORT, "--watch", "--interval", "20ms", "--out", out);
  await using run = new RunningDecnet(args);
  await run.stdout.until(hasType("prober_startup"));
  await run.stdout.close();
  log.append([HostileLog.sighting("127.0.1.2")]);
  const kept = async () => parseEvents(await Deno.readTextFile(`${out}.json`));
  while (total(await kept(), "targets_done") < 2) await new Promise((go) => setTimeout(go, 20));
  run.kill("SIGTERM");
  assert.equal((await run.end()).code, 0);
});

Deno.test("probe --watch without --out ends when nobody reads its output any more", async () => {
  await using folder = await tempFolder();
  const log = logIn(folder, "127.0.1.1");
  const args = fromLog(folder, CLOSED_PORT, "--watch", "--interval", "20ms");
  await using run = new RunningDecnet(args);
  await run.stdout.until(hasType("prober_startup"));
  await run.stdout.close();
  log.append([HostileLog.sighting("127.0.1.2")]);
  assert.equal((await run.end()).code, 0);
});

Deno.test("probe --watch leaves alone a decoy that came after it was started", async () => {
  await using folder = await tempFolder();
  const decoys = `${folder.path}/decnet-state.json`;
  const stateOf = (...ips: string[]) =>
    JSON.stringify({ config: { deckies: ips.map((ip) => ({ name: "web", ip })) } });
  await Deno.writeTextFile(decoys, stateOf("127.0.1.1"));
  const log = logIn(folder, "127.0.1.1", "127.0.1.2");
  const flags = ["--watch", "--interval", "50ms", "--decoys", decoys, "--outcomes"];
  await using run = new RunningDecnet(fromLog(folder, CLOSED_PORT, ...flags));
  const outcomes = (text: string) =>
    ofType(soFar(text), "probe_outcome")
      .map(({ attacker_ip, fields }) => `${attacker_ip} ${fields["outcome"]}`);
  await run.stdout.until((text) => outcomes(text).length === 2);
  await Deno.writeTextFile(decoys, stateOf("127.0.1.1", "127.0.1.3"));
  log.append([HostileLog.sighting("127.0.1.3")]);
  await run.stdout.until((text) => outcomes(text).length === 3);
  // What is being written tells of no decoy: those of before still count.
  await Deno.writeTextFile(decoys, "");
  await run.stdout.until(hasType("prober_error"));
  log.append([HostileLog.sighting("127.0.1.4")]);
  await run.stdout.until((text) => outcomes(text).length === 4);
  assert.deepEqual(outcomes(run.stdout.text).sort(), [
    ...["127.0.1.1 denied", "127.0.1.2 refused", "127.0.1.3 denied", "127.0.1.4 refused"],
  ]);
});

Deno.test("probe --from-log connects as seldom as 20 times a second, and once to a target", async () => {
  await using folder = await tempFolder();
  logIn(folder, "127.0.1.1");
  const args = fromLog(folder, CLOSED_PORT).filter((arg, index, all) =>
    ![arg, all[index - 1]].some((flag) => flag === "--rate" || flag === "--target-rate")
  );
  const [startup] = printedEvents(await decnet(args));
  assert.deepEqual([startup!.fields["rate"], startup!.fields["target_rate"]], [20, 1]);
});
