/** `decnet probe --from-log --watch` as a service lives: months of rotation and crashes in seconds. */
import assert from "node:assert/strict";
import { parseRfc5424 } from "../../lib/event/rfc5424_parser.ts";
import { type Attacker, AttackerFleet } from "../support/attacker_fleet.ts";
import { type PrintedEvent } from "../support/decnet.ts";
import { HostileLog } from "../support/hostile_log.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** How long anything that is waited for may take on a machine under load; no run may take two minutes. */
const PATIENCE_MS = 100_000;

const POLL_MS = 25;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Up to a look at the log or two. */
const aWhile = () => pause(Math.random() * 300);

/** A burst of findings comes soon, if one comes at all. */
const BURST_WITHIN_MS = 1500;

const HALF_LINE = '{"timestamp":"2026-01-02T03:04';

/** Reads what a service appends to its log, from where it last was. */
class Evidence {
  readonly events: PrintedEvent[] = [];
  /** Lines that end early: a kill tore them. */
  readonly torn: string[] = [];
  readonly #path: string;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Leaves what a kill in the middle of a write leaves. */
  tear(): void {
    if (this.#size() > 0) Deno.writeTextFileSync(this.#path, HALF_LINE, { append: true });
  }

  /** Waits until a service is in the middle of writing, but not for ever. */
  async burst(): Promise<void> {
    const enough = this.#size() + Math.random() * 50_000;
    const deadline = performance.now() + BURST_WITHIN_MS;
    while (this.#size() < enough && performance.now() < deadline) await pause(1);
  }

  /**
   * Lines that have come, up to the last newline. A line that was torn is ended by the service that comes next:
   * the log may have other writers, so nothing is cut off it.
   */
  read(): void {
    let bytes: Uint8Array;
    try {
      using file = Deno.openSync(this.#path);
      file.seekSync(this.#offset, Deno.SeekMode.Start);
      bytes = new Uint8Array(Math.max(0, file.statSync().size - this.#offset));
      bytes = bytes.subarray(0, file.readSync(bytes) ?? 0);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#offset += end;
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n");
    for (const line of lines.filter((line) => line !== "")) {
      try {
        this.events.push(JSON.parse(line));
      } catch {
        this.torn.push(line);
      }
    }
  }

  #size(): number {
    try {
      return Deno.statSync(this.#path).size;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  rotationsOf(address: string, probe: string): PrintedEvent[] {
    return this.events.filter(({ event_type, attacker_ip, fields }) =>
      event_type === "fingerprint_rotated" && attacker_ip === address &&
      fields["probe_type"] === probe
    );
  }

  hasFingerprint({ address, hasTls }: Attacker): boolean {
    const types = this.events.filter(({ attacker_ip }) => attacker_ip === address)
      .map(({ event_type }) => event_type);
    return types.includes("hassh_fingerprint") && (!hasTls || types.includes("jarm_fingerprint"));
  }
}

/** A service that is killed and started again. */
class Service implements AsyncDisposable {
  /** How often it was killed. */
  kills = 0;
  readonly #args: readonly string[];
  #run: RunningDecnet | undefined;

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  start(): void {
    this.#run = new RunningDecnet(this.#args);
  }

  async kill(): Promise<void> {
    this.kills++;
    await this.#run?.[Symbol.asyncDispose]();
  }

  async end(): Promise<{ readonly code: number; readonly stderr: string }> {
    // Before that nobody listens for signals.
    await this.#run!.stdout.until((text) => text.includes("prober_startup"));
    this.#run!.kill("SIGTERM");
    return await this.#run!.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

Deno.test("probe --from-log --watch reports each rotation of 200 attackers once, whatever is killed", async () => {
  await using folder = await tempFolder();
  await using fleet = new AttackerFleet(200, 4);
  const { attackers, sshPort, tlsPort } = fleet;
  // Two that the log names in ways that make no target, and one that must not be probed.
  const [bystander, denied, ...targets] = attackers;
  const log = new HostileLog(`${folder.path}/decoys.json`);
  const evidence = new Evidence(`${folder.path}/out.json`);
  await using service = new Service([
    ...["probe", "--from-log", log.path, "--watch", "--interval", "150ms", "--cooldown", "500ms"],
    ...["--probe", "hassh,jarm", "--port", `hassh=${sshPort}`, "--port", `jarm=${tlsPort}`],
    ...["--allow", "127.0.0.0/8", "--deny", denied!.address, "--rate", "0", "--target-rate", "0"],
    ...["--concurrency", "64", "--quiet"],
    ...["--state", `${folder.path}/state.db`, "--out", `${folder.path}/out`],
  ]);
  const known: Attacker[] = [];

  /** Waits until all that has happened has been told, through some deaths of the service. */
  const settle = async (deaths: number) => {
    const deadline = performance.now() + PATIENCE_MS;
    const isTold = (attacker: Attacker) =>
      evidence.hasFingerprint(attacker) &&
      evidence.rotationsOf(attacker.address, "hassh").length >= attacker.sshChanges &&
      evidence.rotationsOf(attacker.address, "jarm").length >= attacker.tlsChanges;
    for (let left = deaths;;) {
      if (left-- > 0) {
        await evidence.burst();
        await service.kill();
        evidence.tear();
        service.start();
      }
      evidence.read();
      const untold = known.filter((attacker) => !isTold(attacker));
      if (untold.length === 0 && left <= 0) return;
      assert.ok(performance.now() < deadline, `not told: ${untold.map(({ address }) => address)}`);
      await pause(POLL_MS);
    }
  };

  /** New attackers come while the log is rotated. */
  const arrive = async (newcomers: readonly Attacker[], rotate: "rename" | "copyTruncate") => {
    const [first, ...others] = newcomers.map(({ address }) => HostileLog.sighting(address));
    const middle = others.length >> 1;
    log.append(others.slice(0, middle));
    await log.appendInHalves(first!, async () => {
      await aWhile();
      if (rotate === "rename") log.rename();
    });
    if (rotate === "copyTruncate") log.copyTruncate();
    // More than was there: by its size it might be the same file.
    const again = known.map(({ address }) => HostileLog.sighting(address));
    log.append([...others.slice(middle), ...HostileLog.mentions(bystander!.address), ...again]);
    log.append([HostileLog.sighting(denied!.address)]);
    known.push(...newcomers);
  };

  service.start();
  for (const rotate of ["rename", "copyTruncate"] as const) {
    await arrive(targets.splice(0, 100), rotate);
    await settle(1);
    // Ten hellos in the middle of a change would make a JARM that is neither the old one nor the new.
    await service.kill();
    for (const attacker of known) if (attacker.hasTls && Math.random() < 0.3) attacker.tlsChanges++;
    service.start();
    await aWhile();
    for (const attacker of known) if (Math.random() < 0.3) attacker.sshChanges++;
    await settle(2);
  }
  const { code, stderr } = await service.end();
  assert.equal(code, 0, stderr);

  evidence.read();
  assert.notDeepEqual(evidence.torn, []);
  assert.ok(evidence.torn.length <= service.kills, evidence.torn.join("\n"));
  // A line that a kill has torn is no line any more.
  const rotatedLines = (await Deno.readTextFile(`${folder.path}/out.log`)).split("\n")
    .map((line) => parseRfc5424(line))
    .filter((message) => message?.eventType === "fingerprint_rotated" && !message.damaged)
    .map((message) => message!.msg);
  for (const { address, sshChanges, tlsChanges } of known) {
    for (const [probe, changes] of [["hassh", sshChanges], ["jarm", tlsChanges]] as const) {
      const told = evidence.rotationsOf(address, probe);
      const counts = told.map(({ fields }) => fields["rotation_count"]);
      assert.deepEqual(counts, told.map((_, index) => index + 1), `${address} ${probe}`);
      assert.equal(told.length, changes, `${address} ${probe}`);
      for (const [index, { fields }] of told.entries()) {
        if (index === 0) continue;
        assert.equal(fields["old_hash"], told[index - 1]!.fields["new_hash"], address);
      }
    }
  }
  const told = evidence.events.filter(({ event_type }) => event_type === "fingerprint_rotated");
  assert.deepEqual(rotatedLines.sort(), told.map(({ msg }) => msg).sort());
  assert.deepEqual([bystander!.contacts, denied!.contacts], [0, 0]);
});
