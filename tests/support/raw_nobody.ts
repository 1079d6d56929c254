/** Gives up root in this process, but for one capability. */
import { openLibc } from "../../ffi/libc.ts";

/**
 * Leaves this thread with CAP_NET_RAW, as a service that is started with AmbientCapabilities=CAP_NET_RAW,
 * or with nothing.
 */
export function becomeNobody(netRaw: boolean): void {
  const libc = openLibc();
  const { prctl, setuid, capset } = libc.symbols;
  const bytes = (...words: number[]) => new Uint8Array(new Uint32Array(words).buffer);
  // linux/prctl.h, linux/capability.h: PR_SET_KEEPCAPS; version 3; 1 << CAP_NET_RAW.
  const set = netRaw ? 1 << 13 : 0;
  const statuses = [
    prctl!(8, 1n, 0n, 0n, 0n),
    setuid(65534),
    capset!(bytes(0x20080522, 0), bytes(set, set, 0, 0, 0, 0)),
  ];
  if (statuses.some((status) => status !== 0)) throw new Error("cannot become nobody");
  libc.close();
}
