/** One port of one target: its probes one after the other, none asked twice what is known. */
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import type { Dialer } from "./dialer.ts";
import type { Outcome } from "./outcome.ts";
import {
  type Language,
  type Miss,
  type Probe,
  ProbeFailure,
  type ProbeResult,
  type ProbeTarget,
} from "./probe.ts";
import type { StackIdentifier } from "../fingerprint/p0f/identifier.ts";
import { type AnyProbe, isRaw, type RawProbe } from "./raw_probe.ts";
import type { Tracing } from "../trace/tracing.ts";
import type { RawNetwork } from "./raw_network.ts";

/** How probes are carried out. */
export interface VisitOptions {
  readonly dialer: Dialer;
  /** Milliseconds that a whole probe may take. */
  readonly timeout: number;
  /** Further tries after a timeout, an unreachable network or a connection that broke. */
  readonly retries: number;
  readonly ja4plus: boolean;
  /** For probes with packets of their own; without it they may not be among the probes. */
  readonly raw?: RawServices | undefined;
  /** Ends everything early. */
  readonly interrupt?: AbortSignal;
  /** Makes a span of each probe that is run. */
  readonly tracing?: Tracing | undefined;
}

/** What probes with packets of their own need. */
export interface RawServices {
  readonly network: RawNetwork;
  readonly stacks: StackIdentifier;
}

/** A probe's result, with the time at which it was known. */
export interface Measurement {
  readonly target: ProbeTarget;
  /** {@linkcode WHOLE_HOST} for a probe of the host as a whole. */
  readonly port: number;
  readonly probe: AnyProbe;
  readonly result: ProbeResult;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** W3C traceparent of the probe, where work is traced. */
  readonly trace?: string | undefined;
}

/** How a probe ends on a port that does not speak its language. */
const UNSPOKEN: Readonly<Record<Language, Miss["outcome"]>> = {
  tls: "not_tls",
  ssh: "not_ssh",
  http: "not_http",
  greeting: "silent",
};

/** What a port may speak besides: HTTP is spoken inside TLS, and SSH servers greet. */
const BESIDES: Readonly<Record<Language, readonly Language[]>> = {
  tls: ["http"],
  ssh: ["greeting"],
  http: [],
  greeting: [],
};

const RETRIED: ReadonlySet<Outcome> = new Set(["timeout", "unreachable", "closed"]);

/** Runs `probes`, in that order, against one port. */
export async function* visitPort(
  target: ProbeTarget,
  port: number,
  probes: readonly AnyProbe[],
  options: VisitOptions,
): AsyncGenerator<Measurement> {
  const knowledge = new PortKnowledge();
  for (const probe of probes) {
    const known = isRaw(probe) ? knowledge.nothing : knowledge.verdict(probe.language);
    if (known !== undefined) {
      yield { target, port, probe, result: known, at: Date.now() };
      continue;
    }
    const span = options.tracing?.start(`probe.${probe.name}`, { target: target.address, port });
    const result = isRaw(probe)
      ? await probeRaw(target, port, probe, options)
      : await probeWithRetries(target, port, probe, options, knowledge);
    span?.end(result.outcome === "ok" ? undefined : result.outcome);
    yield { target, port, probe, result, at: Date.now(), trace: span?.traceparent };
  }
}

/** What the probes before have found out about a port. */
class PortKnowledge {
  #miss: Miss | undefined;
  #spoken: Language | undefined;
  readonly #misses = new Map<Language, Miss>();

  /** Why nothing can be had from the port, if nothing can. */
  get nothing(): Miss | undefined {
    return this.#miss;
  }

  /** How a probe of `language` must end without being run, or undefined. */
  verdict(language: Language): Miss | undefined {
    if (this.#miss !== undefined) return this.#miss;
    const spoken = this.#spoken;
    if (spoken !== undefined && spoken !== language && !BESIDES[spoken].includes(language)) {
      return { outcome: UNSPOKEN[language], detail: `the port speaks ${spoken}` };
    }
    return this.#misses.get(language);
  }

  /** Nothing can be had from this port. */
  closed(miss: Miss): void {
    this.#miss = miss;
  }

  learn(language: Language, result: ProbeResult, silent: boolean): void {
    if (result.outcome === "ok" || result.outcome === "handshake_error") this.#spoken = language;
    else if (result.outcome === UNSPOKEN[language] || (result.outcome === "timeout" && silent)) {
      this.#misses.set(language, result);
    }
  }
}

async function probeWithRetries(
  target: ProbeTarget,
  port: number,
  probe: Probe,
  options: VisitOptions,
  knowledge: PortKnowledge,
): Promise<ProbeResult> {
  for (let triesLeft = options.retries;; triesLeft--) {
    const attempt = await probeOnce(target, port, probe, options);
    const { result } = attempt;
    if (triesLeft > 0 && RETRIED.has(result.outcome)) continue;
    if (!attempt.connected && result.outcome !== "ok") knowledge.closed(result);
    else knowledge.learn(probe.language, result, !attempt.heard);
    return result;
  }
}

async function probeRaw(
  target: ProbeTarget,
  port: number,
  probe: RawProbe,
  { timeout, interrupt, dialer, raw, ja4plus }: VisitOptions,
): Promise<ProbeResult> {
  const deadline = new Deadline(timeout, interrupt);
  try {
    const turn = () => dialer.turn(target.address, deadline);
    return await probe.run({ target, port, ...raw!, deadline, turn, ja4plus });
  } catch (error) {
    if (!(error instanceof ProbeFailure)) return internalError(error);
    return { outcome: error.outcome, detail: error.detail };
  } finally {
    deadline.dispose();
  }
}

/** A bug of ours that one hostile host may have found must not end the run for all the others. */
function internalError(error: unknown): Miss {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { outcome: "local_error", detail: `internal error, please report it: ${reason}` };
}

interface Attempt {
  readonly result: ProbeResult;
  /** True when TCP was open. */
  readonly connected: boolean;
  /** True when the peer sent anything. */
  readonly heard: boolean;
}

async function probeOnce(
  target: ProbeTarget,
  port: number,
  probe: Probe,
  options: VisitOptions,
): Promise<Attempt> {
  const deadline = new Deadline(options.timeout, options.interrupt);
  const seen = { connected: false, heard: false };
  const connect = async (): Promise<Connection> => {
    const connection = await options.dialer.dial(target.address, port, deadline);
    seen.connected = true;
    return {
      read: async () => {
        const bytes = await connection.read();
        seen.heard ||= bytes !== undefined;
        return bytes;
      },
      write: (bytes) => connection.write(bytes),
      close: () => connection.close(),
    };
  };
  try {
    const remaining = () => deadline.remaining();
    const result = await probe.run({ target, port, connect, remaining, ja4plus: options.ja4plus });
    return { result, ...seen };
  } catch (error) {
    if (!(error instanceof ProbeFailure)) return { result: internalError(error), ...seen };
    return { result: { outcome: error.outcome, detail: error.detail }, ...seen };
  } finally {
    deadline.dispose();
  }
}
