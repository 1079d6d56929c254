/** What verbs need of the machine itself: libraries, rights, interfaces, the clock. */
import { mayOpenRawSockets } from "../ffi/capabilities.ts";
import { clockState } from "../ffi/clock_state.ts";
import { captureInterfaces } from "../ffi/interfaces.ts";
import { LibraryError } from "../ffi/library.ts";
import type { Finding } from "../lib/doctor/finding.ts";

/** Linux: libpcap's name for all interfaces together. */
const ANY = "any";

/** A packet's time is what flows and latencies are made of; TLS dates need no more than this. */
const MAX_CLOCK_ERROR_MS = 1000;

/** libpcap and what can be captured from. */
export function checkCapture(): Finding[] {
  const place = { verb: "sniff", check: "libpcap" };
  try {
    const found = captureInterfaces();
    const up = found.filter((one) => one.up && !one.loopback && one.name !== ANY).map(({ name }) =>
      name
    );
    const interfaces = { verb: "sniff", check: "interfaces" };
    return [
      { ...place, status: "ok", found: "found" },
      up.length > 0 ? { ...interfaces, status: "ok", found: up.join(" ") } : {
        ...interfaces,
        status: "warning",
        found: "none but loopback is up",
        remedy: "ip link set NAME up, or sniff -r for capture files",
      },
    ];
  } catch (error) {
    // Capture files are read without it.
    const status = "warning";
    return error instanceof LibraryError
      ? [{ ...place, status, found: "not found", remedy: "apt install libpcap0.8" }]
      : [{ ...place, status, found: (error as Error).message, remedy: "run as root" }];
  }
}

/** The right to open raw sockets, for live capture and raw probes. */
export function checkPrivileges(): Finding[] {
  const has = mayOpenRawSockets();
  const found = has ? "raw sockets are allowed" : "raw sockets are not allowed";
  return ["sniff", "probe"].map((verb) => ({
    verb,
    check: "privileges",
    ...has ? { status: "ok", found } : {
      status: "warning",
      found: verb === "sniff"
        ? `${found}: no live capture`
        : `${found}: tcpfp, icmp_error and ipv6_leak are left out`,
      remedy: "run as root or with CAP_NET_RAW (contrib/systemd has units)",
    },
  }));
}

/** Whether something keeps the clock right. */
export function checkClock(): Finding {
  const place = { verb: "all", check: "clock" };
  const state = clockState();
  if (state === undefined) {
    return { ...place, status: "ok", found: "this system does not tell whether it is right" };
  }
  if (state.synchronised && state.maxError < MAX_CLOCK_ERROR_MS) {
    return { ...place, status: "ok", found: `right within ${Math.ceil(state.maxError)} ms` };
  }
  return {
    ...place,
    status: "warning",
    found: "nothing keeps it right: times in events may be wrong",
    remedy: "timedatectl set-ntp true, or apt install chrony",
  };
}
