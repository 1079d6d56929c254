/** All probes. A new one is a file beside this and a line in the list. */
import { banner } from "./banner.ts";
import { hassh } from "./hassh.ts";
import { http } from "./http.ts";
import { icmp6Error } from "./icmp6_error.ts";
import { icmpError } from "./icmp_error.ts";
import { ipv6Leak } from "./ipv6_leak.ts";
import { jarm } from "./jarm.ts";
import type { AnyProbe } from "./raw_probe.ts";
import { tcpfp } from "./tcpfp.ts";
import { tlscert } from "./tlscert.ts";

/** Every probe, in the order in which a port sees them. */
export const PROBES: readonly AnyProbe[] = [
  banner,
  hassh,
  http,
  icmp6Error,
  icmpError,
  ipv6Leak,
  jarm,
  tcpfp,
  tlscert,
].sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
