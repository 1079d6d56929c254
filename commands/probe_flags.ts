/** What the flags of `decnet probe` come to. */
import type { FORMATS, MessageFlags, OutputFlags } from "./common_flags.ts";
import type { PortWish } from "./flag_values.ts";

/** The flags after parsing; durations in milliseconds. */
export interface ProbeFlags extends OutputFlags, MessageFlags {
  readonly probe?: readonly string[];
  readonly port?: readonly PortWish[];
  readonly targets?: readonly string[];
  readonly timeout: number;
  readonly concurrency: number;
  readonly rate: number;
  readonly retries: number;
  readonly deny?: readonly string[];
  readonly allow?: readonly string[];
  readonly sourceIp?: string;
  readonly format?: (typeof FORMATS)[number];
  readonly outcomes: boolean;
  readonly state?: string;
  readonly noState: boolean;
  readonly reprobeAfter?: number;
  readonly dryRun: boolean;
}
