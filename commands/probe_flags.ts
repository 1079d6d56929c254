/** What the flags of `decnet probe` come to. */
import type { FORMAT_NAMES, MessageFlags, OutputFlags } from "./common_flags.ts";
import type { HealthFlags } from "./health.ts";
import type { PortWish } from "./flag_values.ts";

/** The flags after parsing; durations in milliseconds. */
export interface ProbeFlags extends OutputFlags, MessageFlags, HealthFlags {
  readonly probe?: readonly string[];
  readonly port?: readonly PortWish[];
  readonly targets?: readonly string[];
  readonly timeout: number;
  readonly concurrency: number;
  /** Undefined for the default, see probeLimits(). */
  readonly rate?: number;
  readonly targetRate?: number;
  readonly retries: number;
  readonly deny?: readonly string[];
  readonly allow?: readonly string[];
  readonly sourceIp?: string;
  readonly format?: (typeof FORMAT_NAMES)[number];
  readonly outcomes: boolean;
  readonly state?: string;
  readonly noState: boolean;
  readonly reprobeAfter?: number;
  readonly dryRun: boolean;
  readonly fromLog?: readonly string[];
  readonly watch: boolean;
  readonly interval: number;
  readonly cooldown: number;
  readonly maxAge: number;
  readonly maxTargets: number;
  readonly decoys?: string;
  readonly list: boolean;
  readonly history?: string;
}
