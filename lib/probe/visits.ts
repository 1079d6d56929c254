/** Remembers when a target was probed last, for `--reprobe-after`. */
import { type Json, type StateStore, updateState } from "../store/state_store.ts";
import type { PlannedProbe } from "./plan.ts";
import type { ProbeTarget } from "./probe.ts";

/** The value under `visit/<address>`: by probe, when and on which ports. */
type VisitState = { readonly [probe: string]: { readonly at: number; readonly ports: string } };

/** Keys of visits: then address and, where there is one, the name. */
export const VISITS = "visit/";

/** When a target was visited last, in milliseconds since the epoch. @param value of its key */
export function visitTime(value: Json): number {
  const times = Object.values(Object(value) as VisitState).map((visit) => visit?.at ?? 0);
  return Math.max(0, ...times);
}

function visitKey({ address, host, named }: ProbeTarget): string {
  return named ? `${VISITS}${address}/${host}` : VISITS + address;
}

/** Visits over a {@linkcode StateStore}; times are milliseconds since the epoch. */
export class Visits {
  readonly #store: StateStore;

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** True when `probe` visited all of `ports` of the target at `since` or later. */
  async isRecent(
    target: ProbeTarget,
    probe: string,
    ports: readonly number[],
    since: number,
  ): Promise<boolean> {
    const state = (await this.#store.get(visitKey(target)))?.value as VisitState | undefined;
    const visit = state?.[probe];
    if (visit === undefined || visit.at < since) return false;
    const visited = new Set(visit.ports.split(","));
    return ports.every((port) => visited.has(String(port)));
  }

  /** Notes that `work` was done on the target. */
  async record(target: ProbeTarget, work: readonly PlannedProbe[], at: number): Promise<void> {
    await updateState(this.#store, visitKey(target), (value) => {
      const state: Record<string, Json> = { ...(value as VisitState | undefined) };
      for (const { probe, ports } of work) state[probe.name] = { at, ports: ports.join(",") };
      return state;
    });
  }
}
