/** All probes. A new one is a file beside this and a line in the list. */
import { banner } from "./banner.ts";
import { hassh } from "./hassh.ts";
import { http } from "./http.ts";
import { jarm } from "./jarm.ts";
import type { Probe } from "./probe.ts";
import { tlscert } from "./tlscert.ts";

/** Every probe, in the order in which a port sees them. */
export const PROBES: readonly Probe[] = [jarm, hassh, tlscert, http, banner]
  .sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));
