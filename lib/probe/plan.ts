/** Which probes run, on which ports. */
import { parsePorts } from "../net/ports.ts";
import { WHOLE_HOST } from "./probe.ts";
import type { AnyProbe } from "./raw_probe.ts";

/** A probe that is switched on, with its ports. */
export interface PlannedProbe {
  readonly probe: AnyProbe;
  /** {@linkcode WHOLE_HOST} for a probe of the host as a whole. */
  readonly ports: readonly number[];
}

/** What the user asked for; each part wins over the next. */
export interface PlanWishes {
  /** `--probe`: names; undefined for all. */
  readonly names?: readonly string[];
  /** `--port NAME=LIST` by probe name, and `--port LIST` for all under the empty name. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
  /** `DECNET_PROBE_PORTS_<NAME>`; an empty value turns the probe off. */
  readonly env: (name: string) => string | undefined;
}

/** The environment variable that sets a probe's ports. */
export function portsVariable(probe: AnyProbe): string {
  return `DECNET_PROBE_PORTS_${probe.name.toUpperCase()}`;
}

/**
 * Settles probes and ports.
 *
 * @throws {RangeError} that names the probe or the variable that is wrong
 */
export function planProbes(probes: readonly AnyProbe[], wishes: PlanWishes): PlannedProbe[] {
  const known = new Set(probes.map((probe) => probe.name));
  for (const name of [...wishes.names ?? [], ...wishes.ports.keys()]) {
    if (name !== "" && !known.has(name)) {
      throw new RangeError(`no probe "${name}"; there are ${[...known].join(", ")}`);
    }
  }
  const chosen = probes.filter((probe) => wishes.names?.includes(probe.name) ?? true);
  return chosen
    .map((probe) => ({ probe, ports: portsOf(probe, wishes) }))
    .filter(({ probe, ports }) => {
      if (ports.length === 0 && wishes.names !== undefined) {
        throw new RangeError(
          `probe ${probe.name} has no ports: ${portsVariable(probe)} is empty; ` +
            `give --port ${probe.name}=LIST`,
        );
      }
      return ports.length > 0;
    });
}

function portsOf(probe: AnyProbe, wishes: PlanWishes): readonly number[] {
  if (probe.ports === undefined) {
    // It has no ports to choose, but is turned off as the others are.
    return wishes.env(portsVariable(probe))?.trim() === "" ? [] : [WHOLE_HOST];
  }
  const fromFlag = wishes.ports.get(probe.name) ?? wishes.ports.get("");
  if (fromFlag !== undefined) return fromFlag;
  const variable = portsVariable(probe);
  const fromEnv = wishes.env(variable);
  if (fromEnv === undefined) return probe.ports;
  if (fromEnv.trim() === "") return [];
  try {
    return parsePorts(fromEnv);
  } catch (error) {
    throw new RangeError(`${variable}: ${(error as Error).message}`);
  }
}
