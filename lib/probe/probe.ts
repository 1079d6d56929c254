/** What a probe is: one file and one line in the registry. */
import type { Fields } from "../event/event.ts";
import type { Connection } from "./connection.ts";
import type { Outcome } from "./outcome.ts";

/**
 * What a port must speak for a probe to make sense; probes of one language share their verdict.
 * `greeting` is any protocol in which the server speaks first.
 */
export type Language = "tls" | "ssh" | "http" | "greeting";

/** The host that is probed. */
export interface ProbeTarget {
  /** As typed: a name or an address. Goes into SNI where a probe sends one. */
  readonly host: string;
  /** The address that is connected to, in canonical form. */
  readonly address: string;
  /** True when `host` is a DNS name and not an address. */
  readonly named: boolean;
}

/** What a probe gets to work with. All its connections end at the deadline of the probe. */
export interface ProbeContext {
  readonly target: ProbeTarget;
  readonly port: number;
  /** Opens a TCP connection. @throws {ProbeFailure} with the outcome when that fails. */
  connect(): Promise<Connection>;
  /** Milliseconds until the deadline of this probe; 0 when it has passed. */
  remaining(): number;
  /** False with `--no-ja4plus`: leave out every fingerprint under the FoxIO Licence. */
  readonly ja4plus: boolean;
}

/** A fingerprint: the event it makes, and the hash that rotation is judged by. */
export interface Finding {
  readonly outcome: "ok";
  readonly eventType: string;
  /** What two measurements of an unchanged host have in common. */
  readonly hash: string;
  readonly fields: Fields;
  readonly msg: string;
  /** What a person wants to see of it, in order: a short label and a text, which is not escaped. */
  readonly lines: readonly (readonly [label: string, text: string])[];
}

/** A probe that found nothing to fingerprint. */
export interface Miss {
  readonly outcome: Exclude<Outcome, "ok">;
  /** What exactly happened, in a few words, for `-v`. */
  readonly detail?: string;
}

export type ProbeResult = Finding | Miss;

/** What all probes have in common. */
export interface ProbeDescription {
  /** Lower-case, as in `--probe NAME` and `DECNET_PROBE_PORTS_<NAME>`. */
  readonly name: string;
  /** One line for the help text. */
  readonly brief: string;
  /** What goes over the wire where the port is open, for `--dry-run`. */
  readonly sends: string;
  /** Default ports; undefined for a probe of the host as a whole. */
  readonly ports: readonly number[] | undefined;
  /** Lower runs first. */
  readonly priority: number;
}

/** One way to fingerprint a host's port by talking to it. */
export interface Probe extends ProbeDescription {
  readonly language: Language;
  readonly ports: readonly number[];
  /**
   * Probes one port. Throws only {@linkcode ProbeFailure}; the caller turns that into a miss.
   */
  run(context: ProbeContext): Promise<ProbeResult>;
}

/** Stands for the port where a probe is about the host as a whole. */
export const WHOLE_HOST = 0;

/** Ends a probe with an outcome from any depth of its code. */
export class ProbeFailure extends Error {
  override readonly name = "ProbeFailure";

  constructor(readonly outcome: Miss["outcome"], readonly detail: string) {
    super(detail);
  }
}
