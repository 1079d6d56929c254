/** Logs of several sensors that grow: made attackers on their decoys, and hosts that may be probed. */
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { GARBAGE } from "../../scripts/make_attack_log/line.ts";
import { DECOYS } from "../../scripts/make_attack_log/vocabulary.ts";
import { attackLines } from "./profile_world.ts";

/** Lines that are written at a time. */
const PIECE = 500;

/** The log of one sensor. */
class SensorLog {
  readonly lines: string[] = [];
  written = 0;

  constructor(readonly sensor: string, readonly path: string) {}
}

/** What all sensors write. */
export class FleetLogs {
  readonly #logs: readonly SensorLog[];

  /**
   * @param folder in which the logs are, by the names of `sensors`
   * @param hosts that touch a decoy of each sensor, before all others, today
   */
  constructor(
    folder: string,
    sensors: readonly string[],
    made: { readonly events: number; readonly attackers: number; readonly seed: number },
    hosts: readonly string[],
  ) {
    this.#logs = sensors.map((sensor) => new SensorLog(sensor, `${folder}/${sensor}.json`));
    for (const log of this.#logs) for (const host of hosts) log.lines.push(touch(log.sensor, host));
    const garbage = new Set(GARBAGE);
    for (const line of attackLines(made.events, made.attackers, made.seed)) {
      // No collector of ours writes such lines, and none are shipped.
      if (garbage.has(line)) continue;
      const decky = /"decky":"([^"]*)"/.exec(line)![1]!;
      const decoy = DECOYS.findIndex(({ name }) => name === decky);
      const log = this.#logs[Math.max(0, decoy) % sensors.length]!;
      log.lines.push(line.replace('"sensor":"sensor-1"', `"sensor":"${log.sensor}"`));
    }
  }

  /** The files, by sensor. */
  get paths(): readonly string[] {
    return this.#logs.map(({ path }) => path);
  }

  /** Lines of all sensors. */
  get size(): number {
    return this.#logs.reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /** Writes on until this share of each log is there, in pieces, so that others get to read meanwhile. */
  async writeUpTo(share: number): Promise<void> {
    await Promise.all(this.#logs.map(async (log) => {
      const end = Math.ceil(log.lines.length * share);
      while (log.written < end) {
        const next = Math.min(end, log.written + PIECE);
        const text = log.lines.slice(log.written, next).join("");
        log.written = next;
        await Deno.writeTextFile(log.path, text, { append: true });
      }
    }));
  }
}

/** Somebody logs in at a decoy, now. */
function touch(sensor: string, host: string): string {
  const event = createEvent({
    ...{ time: Date.now() * 1000, sensor, decky: `${sensor}-decoy`, service: "ssh" },
    ...{ eventType: "auth_attempt", attackerIp: host, origin: `${sensor} ${host}` },
    fields: { src_ip: host, username: "root", password: "toor" },
  });
  return `${toJsonLine(event)}\n`;
}
