/** `decnet probe --list`: the probes, as a table or as JSON lines. */
import type { PlannedProbe } from "../lib/probe/plan.ts";
import type { Style } from "../lib/terminal/style.ts";
import { columns } from "./columns.ts";

/** The lines that show what would run on which ports; JSON without a `style`. */
export function probeListLines(
  plan: readonly PlannedProbe[],
  style: Style | undefined,
): string[] {
  if (style === undefined) {
    return plan.map(({ probe: { name, brief, sends }, ports }) =>
      JSON.stringify({ probe: name, ports, needs: [], brief, sends })
    );
  }
  return columns(
    ["PROBE", "PORTS", "NEEDS", "WHAT IT DOES"],
    plan.map(({ probe, ports }) => [probe.name, ports.join(","), "-", probe.brief]),
    style,
  );
}
