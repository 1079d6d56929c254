/** What a probe with packets of its own is. */
import type { Fields } from "../event/event.ts";
import type { StackIdentifier } from "../fingerprint/p0f/identifier.ts";
import type { Deadline } from "./deadline.ts";
import type { Probe, ProbeDescription, ProbeResult, ProbeTarget } from "./probe.ts";
import type { RawNetwork } from "./raw_network.ts";

/** What a raw probe gets to work with. */
export interface RawProbeContext {
  readonly target: ProbeTarget;
  /** 0 for a probe of the host as a whole. */
  readonly port: number;
  readonly network: RawNetwork;
  readonly deadline: Pick<Deadline, "cutOff" | "remaining" | "onCutOff" | "failure">;
  /**
   * Waits for leave to send one packet, with the deadline stopped: the limits on what is sent.
   *
   * @throws {ProbeFailure} when there is no time left
   */
  turn(): Promise<void>;
  /** Names stacks by their SYN-ACKs. */
  readonly stacks: StackIdentifier;
  /** False with `--no-ja4plus`: leave out every fingerprint under the FoxIO Licence. */
  readonly ja4plus: boolean;
}

/** One way to fingerprint a host by its answers to packets built by hand. */
export interface RawProbe extends ProbeDescription {
  /** IP versions of the targets that it is for. */
  readonly families: readonly (4 | 6)[];
  /** Probes one port or host. Throws only ProbeFailure; the caller turns that into a miss. */
  run(context: RawProbeContext): Promise<ProbeResult>;
}

/** Any probe. */
export type AnyProbe = Probe | RawProbe;

/** True for a probe that needs packets of its own. */
export function isRaw(probe: AnyProbe): probe is RawProbe {
  return "families" in probe;
}

/** `target_ip`, `target_port` unless it is 0, and `target_host` for a target given by name. */
export function rawTargetFields({ target, port }: RawProbeContext): Fields {
  return {
    target_ip: target.address,
    ...(port === 0 ? {} : { target_port: port }),
    ...(target.named ? { target_host: target.host } : {}),
  };
}
