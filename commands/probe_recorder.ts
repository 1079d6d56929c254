/** Turns results into events, counts, state and what the terminal shows. */
import type { Logger } from "@logtape/logtape";
import type { LogPair } from "../lib/event/log_pair.ts";
import { formatTimestamp } from "../lib/event/time.ts";
import { hostPort } from "../lib/net/host_port.ts";
import { findingEvent, missEvent, rotationEvent } from "../lib/probe/events.ts";
import type { Measurement } from "../lib/probe/port_visit.ts";
import { type Finding, type ProbeTarget, WHOLE_HOST } from "../lib/probe/probe.ts";
import type { AnyProbe } from "../lib/probe/raw_probe.ts";
import { type Rotation, Rotations, type Sighting } from "../lib/probe/rotation.ts";
import type { TargetVisit } from "../lib/probe/run.ts";
import { Visits } from "../lib/probe/visits.ts";
import { StateError, type StateStore } from "../lib/store/state_store.ts";
import type { ProbeOutput } from "./probe_output.ts";
import type { ProbeTally } from "./probe_tally.ts";

/** What a recorder works with. */
export interface RecorderOptions {
  readonly sensor: string;
  readonly output: ProbeOutput;
  readonly tally: ProbeTally;
  /** Undefined with `--no-state`. */
  readonly store: StateStore | undefined;
  readonly log: LogPair | undefined;
  readonly messages: Logger;
  /** True to make an event of every miss. */
  readonly outcomes: boolean;
  /** True to show hosts on the terminal that gave nothing. */
  readonly showEmptyHosts: boolean;
  /** Milliseconds since the epoch; a probe done since then is not done again. */
  readonly recentSince: number | undefined;
  /** Told when the state has failed for the first time. */
  readonly onStateFailure: (reason: string) => void;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

/** What is collected of a host until it is through. */
interface OpenHost {
  readonly measurements: Measurement[];
  readonly rotations: Rotation[];
}

/** The log has not taken a rotation event; its note stays in the state for the next run. */
class NotWritten extends Error {}

/** Takes the results of {@linkcode runProbes}. */
export class ProbeRecorder {
  /** True when the state could not be read or written at some point. */
  failed = false;
  readonly #options: RecorderOptions;
  readonly #rotations: Rotations | undefined;
  readonly #visits: Visits | undefined;
  readonly #hosts = new Map<ProbeTarget, OpenHost>();
  /** Ids of rotation events that the log did not take at once. */
  readonly #heldBack = new Set<string>();

  constructor(options: RecorderOptions) {
    this.#options = options;
    const { store, output, log, sensor, tally } = options;
    if (store === undefined) return;
    this.#visits = new Visits(store);
    this.#rotations = new Rotations(store, {
      toEvent: (rotation) => rotationEvent(rotation, sensor),
      deliver: (event, again) => {
        tally.rotations++;
        if (again ? output.eventAgain(event) : output.event(event)) return;
        if (!again) this.#heldBack.add(event.event_id);
        throw new NotWritten();
      },
      wasDelivered: (event) => {
        // What was held back is in the log by now, perhaps far before its end.
        const isWritten = this.#heldBack.delete(event.event_id) && output.unwritten === 0;
        return isWritten || (log?.contains(event.event_id) ?? false);
      },
    }, options.now);
  }

  /**
   * Writes the rotation events that were noted and not written: an earlier run did not live to do it,
   * or the log did not take them.
   *
   * @returns as {@linkcode Rotations.recover}
   */
  async recover(): Promise<number> {
    // What is held back would be written twice.
    if (!this.#options.output.flush()) return 0;
    return await this.#withState(() => this.#rotations?.recover()) ?? 0;
  }

  /** What `--reprobe-after` asks. */
  async isRecent(target: ProbeTarget, probe: AnyProbe, ports: readonly number[]): Promise<boolean> {
    const since = this.#options.recentSince;
    if (since === undefined) return false;
    const recent = () => this.#visits?.isRecent(target, probe.name, ports, since);
    return await this.#withState(recent) ?? false;
  }

  /** Takes one result. @returns false for a finding that could not be compared with earlier ones */
  async measurement(measurement: Measurement): Promise<boolean> {
    const { target, port, probe, result, at } = measurement;
    const { tally, output, outcomes, sensor, messages } = this.#options;
    tally.count(result.outcome);
    const where = port === WHOLE_HOST ? target.address : hostPort(target.address, port);
    messages.debug("{where} {probe} {outcome}{detail}", {
      where,
      probe: probe.name,
      outcome: result.outcome,
      detail: result.outcome === "ok"
        ? ` ${result.hash}`
        : result.detail === undefined
        ? ""
        : `: ${result.detail}`,
    });
    const host = this.#host(target);
    host.measurements.push(measurement);
    if (result.outcome === "ok") {
      output.event(findingEvent({ ...measurement, result }, sensor));
      return await this.#sighting(measurement, result, host);
    }
    if (outcomes) output.event(missEvent({ target, port, probe: probe.name, result, at }, sensor));
    return true;
  }

  /** Takes note that a target is through. */
  async targetDone(visit: TargetVisit): Promise<void> {
    const { target, skipped, work } = visit;
    const { tally, output, outcomes, sensor, messages, showEmptyHosts } = this.#options;
    tally.targets++;
    if (skipped !== undefined) {
      tally.count(skipped.outcome);
      messages.debug("{host} {outcome}: {detail}", { host: target.host, ...skipped });
      if (outcomes) output.event(missEvent({ target, result: skipped, at: Date.now() }, sensor));
    }
    output.host({ visit, ...this.#host(target) }, showEmptyHosts);
    const cutOff = this.#host(target).measurements.some(({ result }) =>
      result.outcome === "interrupted"
    );
    this.#hosts.delete(target);
    if (work.length > 0 && !cutOff) {
      await this.#withState(() => this.#visits?.record(target, work, Date.now()));
    }
  }

  /**
   * Finishes what another process, dead by now, may have left in the meantime.
   *
   * @param isUrgent true to leave to the next run what would have to be waited for
   */
  async finish(isUrgent: boolean): Promise<void> {
    const wait = await this.recover();
    if (wait === 0 || isUrgent) return;
    await new Promise((resolve) => setTimeout(resolve, wait));
    await this.recover();
  }

  async #sighting(
    { target, port, probe, at }: Measurement,
    result: Finding,
    host: OpenHost,
  ): Promise<boolean> {
    const rotations = this.#rotations;
    if (rotations === undefined) return true;
    const sighting: Sighting = {
      address: target.address,
      name: target.named ? target.host : "",
      port,
      probe: probe.name,
      hash: result.hash,
      at: formatTimestamp(at * 1000),
    };
    const seen = await this.#withState(async () => {
      try {
        return await rotations.record(sighting);
      } catch (error) {
        if (error instanceof NotWritten) return { outcome: "noted" } as const;
        throw error;
      }
    });
    if (seen?.outcome === "rotated") host.rotations.push(seen.rotation);
    return seen !== undefined;
  }

  #host(target: ProbeTarget): OpenHost {
    let host = this.#hosts.get(target);
    if (host === undefined) {
      host = { measurements: [], rotations: [] };
      this.#hosts.set(target, host);
    }
    return host;
  }

  /** Runs `action`; a state that fails costs its answer, never the events. */
  async #withState<T>(action: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      if (error instanceof NotWritten) return undefined;
      if (!(error instanceof StateError)) throw error;
      if (!this.failed) this.#options.onStateFailure(error.message);
      this.failed = true;
      return undefined;
    }
  }
}
