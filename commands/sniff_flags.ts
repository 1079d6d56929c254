/** What the flags of `decnet sniff` come to. */
import { FORMAT_NAMES, type MessageFlags, type OutputFlags } from "./common_flags.ts";
import type { HealthFlags } from "./health.ts";

/** Forms of the output: those of events, and flat records of single fingerprints. */
export const SNIFF_FORMATS = [...FORMAT_NAMES, "fingerprints"] as const;

/** The flags after parsing; durations in milliseconds. */
export interface SniffFlags extends OutputFlags, MessageFlags, HealthFlags {
  readonly read?: readonly string[];
  readonly interface?: readonly string[];
  readonly listInterfaces: boolean;
  readonly decoys?: string;
  readonly home?: readonly string[];
  readonly only?: readonly string[];
  readonly count?: number;
  readonly write?: string;
  readonly stats: boolean;
  readonly dedup: number;
  readonly format?: (typeof SNIFF_FORMATS)[number];
  readonly maxFlows: number;
  readonly p0fDb?: string;
  readonly keylog?: readonly string[];
  readonly promiscuous: boolean;
  readonly user?: string;
  readonly snaplen: number;
  readonly buffer: number;
}
