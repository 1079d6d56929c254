/** Rotation, seen by the executable on servers whose keys and algorithms really change. */
import assert from "node:assert/strict";
import { decnet, parseEvents, type PrintedEvent, printedEvents } from "../support/decnet.ts";
import { certificateSha256, keyPair } from "../support/key_pair.ts";
import { testNeeding } from "../support/requirements.ts";
import {
  assertEachRotationOnce,
  Fleet,
  fleetArguments,
  rotations,
} from "../support/rotating_fleet.ts";
import { forwarding, type ScriptedServer, serve } from "../support/scripted_server.ts";
import type { Server } from "../support/server_process.ts";
import { startOpenssh } from "../support/ssh_servers.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { startOpenssl } from "../support/tls_servers.ts";

const LOOPBACK = "127.0.0.1";

/** A port that stays while the server behind it changes. */
class Front implements AsyncDisposable {
  readonly #front: ScriptedServer;
  #backend: Server | undefined;

  constructor() {
    this.#front = serve((client) => forwarding(this.#backend!.port)(client));
  }

  get port(): number {
    return this.#front.port;
  }

  async change(start: () => Promise<Server>): Promise<void> {
    await this.#backend?.[Symbol.asyncDispose]();
    this.#backend = await start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#front[Symbol.asyncDispose]();
    await this.#backend?.[Symbol.asyncDispose]();
  }
}

testNeeding(
  ["openssl", "sshd", "ssh-keygen"],
  "probe tells of jarm, certificate and hassh that changed, once, and is silent otherwise",
  async () => {
    await using folder = await tempFolder();
    await using tls = new Front();
    await using ssh = new Front();
    const [first, second] = await Promise.all([keyPair(), keyPair("second.example")]);
    const out = `${folder.path}/out`;
    const run = async () =>
      printedEvents(
        await decnet([
          ...["probe", "--json", "--state", `${folder.path}/state.db`, "--out", out],
          ...["--probe", "jarm,hassh,tlscert"],
          ...["--port", `jarm=${tls.port}`, "--port", `tlscert=${tls.port}`],
          ...["--port", `hassh=${ssh.port}`, LOOPBACK],
        ]),
      );

    await tls.change(() => startOpenssl(["-tls1_2"], first));
    await ssh.change(() => startOpenssh());
    const before = await run();
    assert.equal(before.length, 3);
    assert.deepEqual(rotations(before), []);

    await tls.change(() => startOpenssl(["-tls1_3"], second));
    await ssh.change(() => startOpenssh(["KexAlgorithms curve25519-sha256"]));
    const after = await run();
    const hash = (events: readonly PrintedEvent[], type: string, field: string) =>
      events.find((event) => event.event_type === type)?.fields[field];
    const expected = [
      ["hassh", ssh.port, "hassh_fingerprint", "hassh_server_hash"],
      ["jarm", tls.port, "jarm_fingerprint", "jarm_hash"],
      ["tlscert", tls.port, "tls_certificate", "cert_sha256"],
    ] as const;
    assert.deepEqual(
      rotations(after)
        .map(({ attacker_ip, fields }) => ({
          attacker_ip,
          probe: fields["probe_type"],
          port: fields["target_port"],
          old: fields["old_hash"],
          new: fields["new_hash"],
          count: fields["rotation_count"],
        }))
        .sort((a, b) => String(a.probe) < String(b.probe) ? -1 : 1),
      expected.map(([probe, port, type, field]) => ({
        attacker_ip: LOOPBACK,
        probe,
        port,
        old: hash(before, type, field),
        new: hash(after, type, field),
        count: 1,
      })),
    );
    assert.equal(
      hash(after, "tls_certificate", "cert_sha256"),
      await certificateSha256(second.certificate),
    );

    assert.deepEqual(rotations(await run()), []);
    const inJson = rotations(parseEvents(await Deno.readTextFile(`${out}.json`)));
    assert.deepEqual(
      inJson.map((event) => event.event_id),
      rotations(after).map((event) => event.event_id),
    );
    const log = await Deno.readTextFile(`${out}.log`);
    assert.equal(
      log.split("\n").filter((line) => line.includes(" fingerprint_rotated ")).length,
      3,
    );
  },
);

Deno.test("two probe runs at once on one state count each rotation once", async () => {
  await using folder = await tempFolder();
  await using fleet = new Fleet(16);
  const args = fleetArguments(fleet, folder.path);
  printedEvents(await decnet(args));
  for (fleet.generation = 1; fleet.generation <= 2; fleet.generation++) {
    const runs = await Promise.all([decnet(args), decnet(args)]);
    const told = runs.flatMap((run) => rotations(printedEvents(run)));
    assert.deepEqual(
      told.map(({ fields }) => Number(fields["target_port"])).sort((a, b) => a - b),
      fleet.ports.toSorted((a, b) => a - b),
    );
    await assertEachRotationOnce(fleet, folder.path);
  }
});
