/** The windows of stacks that advertise whole segments. */
import type { StackObservation } from "./observation.ts";

/** Smallest MSS of which a multiple means anything. */
const MIN_MSS = 100;

/** What timestamps take of each segment (RFC 7323 appendix A). */
const TIMESTAMPS = 12;

/** IP and TCP headers without options. */
const HEADERS_V4 = 40;
const HEADERS_V6 = 60;

const ETHERNET_MTU = 1500;

/**
 * How many segments the window holds: a positive number times the MSS, a negative one times the MTU, 0
 * when it is no multiple. The first of several possible divisors counts, in p0f's order.
 */
export function windowMultiple(observation: StackObservation): number {
  const { window, mss, ipVersion, peerMss } = observation;
  if (window === 0 || mss < MIN_MSS) return 0;
  const isV6 = ipVersion === 6;
  if (window % mss === 0) return window / mss;
  if (observation.hasTimestamp && window % (mss - TIMESTAMPS) === 0) {
    return window / (mss - TIMESTAMPS);
  }
  // A middlebox may have lowered the MSS of a host whose interface has the usual MTU.
  const usual = multipleOf(window, ETHERNET_MTU - HEADERS_V4) ||
    (isV6 ? multipleOf(window, ETHERNET_MTU - HEADERS_V6) : 0);
  if (usual !== 0) return usual;
  if (window % (mss + HEADERS_V4) === 0) return -window / (mss + HEADERS_V4);
  const whole = mss + observation.headerLength;
  if (window % whole === 0) return -window / whole;
  if (isV6 && window % (mss + HEADERS_V6) === 0) return -window / (mss + HEADERS_V6);
  if (window % ETHERNET_MTU === 0) return -window / ETHERNET_MTU;
  return peerMss < MIN_MSS ? 0 : multipleOf(window, peerMss);
}

/** Segments of `mss` bytes, or of `mss` less the timestamps; 0 when neither divides. */
function multipleOf(window: number, mss: number): number {
  if (window % mss === 0) return window / mss;
  return window % (mss - TIMESTAMPS) === 0 ? window / (mss - TIMESTAMPS) : 0;
}
