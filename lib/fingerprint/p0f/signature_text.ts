/** An observation in p0f's own words, ready to be put into a signature file. */
import { formatLayout } from "./layout.ts";
import type { StackObservation } from "./observation.ts";
import { formatQuirks } from "./quirks.ts";
import { initialTtl, MAX_HOPS } from "./ttl.ts";
import { windowMultiple } from "./window.ts";

/**
 * The raw signature of a SYN or SYN-ACK, as p0f logs it:
 * `4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0`.
 */
export function signatureText(observation: StackObservation): string {
  const { ipVersion, ttl, ipOptionLength, mss, window, scale, layoutCount, padding } = observation;
  const hops = initialTtl(ttl) - ttl;
  const multiple = windowMultiple(observation);
  const size = multiple > 0 ? `mss*${multiple}` : multiple < 0 ? `mtu*${-multiple}` : `${window}`;
  return [
    ipVersion,
    `${ttl}+${hops > MAX_HOPS ? "?" : hops}`,
    ipOptionLength,
    mss,
    `${size},${scale}`,
    formatLayout(observation.layout, layoutCount, padding),
    formatQuirks(observation.quirks),
    observation.hasPayload ? "+" : "0",
  ].join(":");
}
