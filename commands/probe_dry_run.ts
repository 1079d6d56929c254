/** `decnet probe --dry-run`: who would be sent what. Sends nothing, not even a DNS query. */
import { hostPort } from "../lib/net/host_port.ts";
import { denialReason, type Scope } from "../lib/net/scope.ts";
import type { PlannedProbe } from "../lib/probe/plan.ts";
import type { Candidate } from "../lib/probe/run.ts";

/** One line of the plan: a probe of a port or of the host, or a target that is left out. */
export interface DryRunLine {
  readonly target: string;
  readonly port?: number;
  readonly probe?: string;
  /** What goes over the wire where the port is open. */
  readonly sends?: string;
  readonly denied?: string;
}

/** The lines for one target. */
export function* dryRunLines(
  { spec, origin }: Candidate,
  plan: readonly PlannedProbe[],
  scope: Scope,
): Generator<DryRunLine> {
  const target = spec.host;
  const denied = spec.kind === "address" ? denialReason(scope, spec.address, origin) : undefined;
  if (denied !== undefined) {
    yield { target, denied };
    return;
  }
  for (const { probe, ports } of plan) {
    if (probe.ports === undefined) {
      yield { target, probe: probe.name, sends: probe.sends };
      continue;
    }
    for (const port of spec.port === undefined ? ports : [spec.port]) {
      yield { target, port, probe: probe.name, sends: probe.sends };
    }
  }
}

/** A line as text for people. */
export function formatDryRunLine({ target, port, probe, sends, denied }: DryRunLine): string {
  if (denied !== undefined) return `${target}  left out: ${denied}`;
  return `${port === undefined ? target : hostPort(target, port)}  ${probe}  ${sends}`;
}
