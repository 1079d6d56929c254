/** `decnet probe --from-log`: targets out of logs, and what the prober says of itself meanwhile. */
import { resolve } from "node:path";
import type { Logger } from "@logtape/logtape";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { busLogName } from "../lib/bus/stream_name.ts";
import type { Event } from "../lib/event/event.ts";
import type { LogNotice } from "../lib/log/item.ts";
import type { Dialer } from "../lib/probe/dialer.ts";
import { GuardedStore } from "../lib/probe/guarded_store.ts";
import type { PlannedProbe } from "../lib/probe/plan.ts";
import { forgetOld } from "../lib/probe/retention.ts";
import { ProbeService } from "../lib/probe/service.ts";
import { CycleCounter, errorEvent, startupEvent } from "../lib/probe/service_events.ts";
import { StateError, type StateStore } from "../lib/store/state_store.ts";
import type { Tracing } from "../lib/trace/tracing.ts";
import { VERSION } from "../lib/version.ts";
import { logNoticeText } from "./log_notice_text.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import type { ProbeScope } from "./probe_scope.ts";
import type { ProbeTally } from "./probe_tally.ts";
import { Troubles } from "./probe_troubles.ts";

/** Lines of a log among which there should be an event. */
const LINES_TO_JUDGE_BY = 5;

/** How long a state that has failed is left alone at the most. */
const MAX_STATE_PAUSE_MS = 30_000;

/** What the service of a run works with. */
export interface LogTargetsOptions {
  readonly flags: ProbeFlags;
  readonly plan: readonly PlannedProbe[];
  readonly scope: ProbeScope;
  readonly sensor: string;
  readonly emit: (event: Event) => void;
  readonly messages: Logger;
  readonly tally: ProbeTally;
  readonly dialer: Dialer;
  readonly signal: AbortSignal;
  readonly tracing: Tracing | undefined;
}

/** The part of a run that stands beside a honeypot. */
export class LogTargets {
  /** True when a log could not be read. */
  unread = false;
  /** The state, left alone for a while when it fails. */
  readonly store: GuardedStore;
  readonly #options: LogTargetsOptions;
  readonly #troubles: Troubles;
  /** Logs with which something was wrong when they were read last. */
  readonly #ailing = new Set<string>();
  /** Logs out of which an event has been read. */
  readonly #proven = new Set<string>();

  constructor(store: StateStore, options: LogTargetsOptions) {
    const { flags, sensor, emit, messages } = options;
    this.#options = options;
    this.#troubles = new Troubles((reason, about) => {
      messages.warn("{about}: {reason}", { about, reason });
      emit(errorEvent(sensor, Date.now(), reason, about));
    });
    this.store = new GuardedStore(store, {
      onFailure: (reason) => this.#troubles.begin("state", reason),
      onRecovery: () => this.#troubles.end("state"),
      // The next look is when it is tried again.
      pause: Math.min(MAX_STATE_PAUSE_MS, flags.interval),
    });
  }

  /**
   * The service that the flags ask for; says that it has started.
   *
   * @param beforeLook called before each look at the logs
   */
  start(beforeLook: () => Promise<unknown>): ProbeService {
    const { flags, plan, sensor, emit, tally, dialer, signal, tracing } = this.#options;
    const logs = (flags.fromLog ?? []).map((path) => isBusAddress(path) ? path : resolve(path));
    const probes = plan.map(({ probe }) => probe.name);
    this.#sayStart(logs.map((path) => isBusAddress(path) ? busLogName(path) : path), probes);
    const counter = new CycleCounter(() => ({
      done: tally.targets,
      rotated: tally.rotations,
      connections: dialer.attempts,
      outcomes: tally.outcomes(),
    }));
    return new ProbeService({
      logs,
      store: this.store,
      probes,
      cooldown: flags.cooldown,
      maxTargets: flags.maxTargets,
      maxAge: flags.maxAge,
      interval: flags.watch ? flags.interval : undefined,
      signal,
      tracing,
      beforeLook: async () => {
        await this.#refreshScope();
        await beforeLook();
        await this.#forgetOld();
      },
      onNotice: (path, notice) => this.#onNotice(path, notice),
      onLogRead: (path, counts) => this.#onLogRead(path, counts),
      onCycle: (cycle) => {
        const event = counter.event(sensor, Date.now(), cycle);
        if (event !== undefined) emit(event);
      },
    });
  }

  #sayStart(logs: readonly string[], probes: readonly string[]): void {
    const { flags, sensor, emit, scope, messages } = this.#options;
    const shared = flags.sourceIp === undefined
      ? scope.sharedWithDecoys
      : scope.sharedWithDecoys.filter((address) => address === flags.sourceIp);
    for (const address of shared) {
      messages.warn("probes may leave from {address}, which is a decoy's: give --source-ip", {
        address,
      });
    }
    emit(startupEvent(sensor, Date.now(), {
      version: VERSION,
      logs,
      probes,
      watch: flags.watch,
      interval_s: flags.watch ? flags.interval / 1000 : undefined,
      cooldown_s: flags.cooldown / 1000,
      rate: flags.rate,
      target_rate: flags.targetRate,
    }));
  }

  /** Decoys come and go, and so do this machine's addresses. */
  async #refreshScope(): Promise<void> {
    try {
      await this.#options.scope.refresh();
      this.#troubles.end("--decoys");
    } catch (error) {
      this.#troubles.begin("--decoys", (error as Error).message);
    }
  }

  async #forgetOld(): Promise<void> {
    try {
      await forgetOld(this.store, { now: Date.now(), signal: this.#options.signal });
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
    }
  }

  #onNotice(path: string, notice: LogNotice): void {
    const reason = logNoticeText(notice, true);
    if (reason === undefined) return;
    const { sensor, emit, messages } = this.#options;
    if (notice.kind === "missing" || notice.kind === "error") {
      this.#ailing.add(path);
      this.unread ||= notice.kind === "error";
      this.#troubles.begin(path, reason);
      return;
    }
    messages.warn("{path}: {reason}", { path, reason });
    emit(errorEvent(sensor, Date.now(), reason, path));
  }

  #onLogRead(path: string, { lines, events }: { lines: number; events: number }): void {
    if (events > 0) this.#proven.add(path);
    if (lines >= LINES_TO_JUDGE_BY && !this.#proven.has(path)) {
      const reason = `none of ${lines} lines is an event: is this the .json file of a log?`;
      this.#troubles.begin(path, reason);
    } else if (!this.#ailing.delete(path)) {
      this.#troubles.end(path);
    }
  }
}
