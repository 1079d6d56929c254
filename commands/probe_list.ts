/** `decnet probe --list`: the probes, as a table or as JSON lines. */
import type { PlannedProbe } from "../lib/probe/plan.ts";
import { type AnyProbe, isRaw } from "../lib/probe/raw_probe.ts";
import type { Style } from "../lib/terminal/style.ts";
import { columns } from "./columns.ts";

/** The right to send packets of one's own (capabilities(7)). */
const RAW_RIGHT = "CAP_NET_RAW";

/** The lines that show what would run on which ports; JSON without a `style`. */
export function probeListLines(
  plan: readonly PlannedProbe[],
  style: Style | undefined,
): string[] {
  if (style === undefined) {
    return plan.map(({ probe, ports }) =>
      JSON.stringify({
        probe: probe.name,
        ports: probe.ports === undefined ? [] : ports,
        needs: needsOf(probe),
        brief: probe.brief,
        sends: probe.sends,
      })
    );
  }
  return columns(
    ["PROBE", "PORTS", "NEEDS", "WHAT IT DOES"],
    plan.map(({ probe, ports }) => [
      probe.name,
      probe.ports === undefined ? "host" : ports.join(","),
      needsOf(probe).join(",") || "-",
      probe.brief,
    ]),
    style,
  );
}

function needsOf(probe: AnyProbe): readonly string[] {
  return isRaw(probe) ? [RAW_RIGHT] : [];
}
