/** Servers whose fingerprints all change at once, and what a prober must have noted of that. */
import assert from "node:assert/strict";
import { parseEvents, type PrintedEvent } from "./decnet.ts";
import { type ScriptedServer, serve } from "./scripted_server.ts";
import { nameLists, sshOpening } from "./ssh_script.ts";

/** The rotations among `events`. */
export function rotations(events: readonly PrintedEvent[]): PrintedEvent[] {
  return events.filter((event) => event.event_type === "fingerprint_rotated");
}

/** SSH servers, all of which change their algorithms with each generation. */
export class Fleet implements AsyncDisposable {
  generation = 0;
  readonly ports: readonly number[];
  readonly #servers: readonly ScriptedServer[];

  constructor(size: number) {
    this.#servers = Array.from({ length: size }, () =>
      serve(async (client) => {
        await client.write(sshOpening("SSH-2.0-fleet", nameLists(`kex-${this.generation}`)));
        await client.read();
      }));
    this.ports = this.#servers.map((server) => server.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
  }
}

/** What a run on a fleet is told: everything it remembers and writes is in `folder`. */
export function fleetArguments(fleet: Fleet, folder: string): string[] {
  return [
    ...["probe", "--json", "--probe", "hassh", "--port", `hassh=${fleet.ports.join(",")}`],
    ...["--state", `${folder}/state.db`, "--out", `${folder}/out`, "127.0.0.1"],
  ];
}

/** Each server has one rotation a generation in both files, counted without a gap. */
export async function assertEachRotationOnce(fleet: Fleet, folder: string): Promise<void> {
  const written = rotations(parseEvents(await Deno.readTextFile(`${folder}/out.json`)));
  const counts = Array.from({ length: fleet.generation }, (_, index) => index + 1);
  for (const port of fleet.ports) {
    assert.deepEqual(
      written.filter(({ fields }) => fields["target_port"] === port)
        .map(({ fields }) => fields["rotation_count"]),
      counts,
      `rotations of port ${port}`,
    );
  }
  const log = await Deno.readTextFile(`${folder}/out.log`);
  for (const { msg, timestamp } of written) {
    const lines = log.split("\n").filter((line) =>
      line.includes(` ${timestamp} `) && line.endsWith(` ${msg}`)
    );
    assert.equal(lines.length, 1, `${msg} is ${lines.length} times in the .log`);
  }
}
