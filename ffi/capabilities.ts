/** What this process may do (capabilities(7)). */
import { openLibc } from "./libc.ts";

/** linux/capability.h: _LINUX_CAPABILITY_VERSION_3, with two sets of 32 capabilities each. */
export const CAPABILITY_VERSION = 0x20080522;

/** linux/capability.h. */
const CAP_NET_RAW = 13;

/** Whether it may open raw sockets and capture; on systems without capabilities only root may. */
export function mayOpenRawSockets(): boolean {
  if (Deno.build.os === "windows") return false;
  if (Deno.build.os !== "linux") return Deno.uid() === 0;
  const libc = openLibc();
  try {
    const header = new Uint32Array([CAPABILITY_VERSION, 0]);
    // Effective, permitted, inheritable; then the same of capabilities 32 to 63.
    const sets = new Uint32Array(6);
    const { capget } = libc.symbols;
    if (capget === null || capget(bytes(header), bytes(sets)) !== 0) return false;
    return ((sets[0]! >>> CAP_NET_RAW) & 1) === 1;
  } finally {
    libc.close();
  }
}

function bytes(words: Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer);
}
