/** What is stored of a target under `target/<address>`; times in milliseconds since the epoch. */
import { isRecord } from "../is_record.ts";

/** Of one probe. */
export type ProbeState = {
  /** When it is to run again. */
  readonly due: number;
  /** Attempts in a row that said nothing. */
  readonly misses: number;
};

/** Of one target. */
export type TargetState = {
  /** When it was first and last seen. */
  readonly first: number;
  readonly last: number;
  readonly probes: { readonly [probe: string]: ProbeState };
};

/** The state that was stored as `value`; what cannot be read of it counts as never seen, never done. */
export function parseTargetState(value: unknown): TargetState {
  const state = isRecord(value) ? value : {};
  const probes = Object.entries(isRecord(state["probes"]) ? state["probes"] : {})
    .map(([probe, known]) => [probe, parseProbeState(known)] as const)
    .filter((pair): pair is [string, ProbeState] => pair[1] !== undefined);
  return {
    first: time(state["first"]),
    last: time(state["last"]),
    probes: Object.fromEntries(probes),
  };
}

function parseProbeState(value: unknown): ProbeState | undefined {
  if (!isRecord(value)) return undefined;
  const { due, misses } = value;
  if (!Number.isFinite(due) || !Number.isSafeInteger(misses)) return undefined;
  return { due: due as number, misses: Math.max(0, misses as number) };
}

function time(value: unknown): number {
  return Number.isFinite(value) ? value as number : 0;
}
