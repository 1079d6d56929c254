/** What the flags of `decnet profile` come to. */
import type { Partition } from "../lib/profile/partition.ts";
import type { BehaviourClass } from "../lib/profile/profile.ts";
import type { SortKey } from "../lib/profile/sort_key.ts";
import type { MessageFlags } from "./common_flags.ts";
import type { HealthFlags } from "./health.ts";

/** Forms of the output: JSON lines, and those of lib/profile/export/formats.ts. */
export const PROFILE_FORMATS = ["native", "json", "stix", "misp", "csv"] as const;

/** The flags after parsing; durations in milliseconds. */
export interface ProfileFlags extends MessageFlags, HealthFlags {
  readonly db?: string;
  readonly partition?: Partition;
  readonly watch: boolean;
  readonly interval: number;
  readonly since?: number;
  readonly top?: number;
  readonly sort?: SortKey;
  readonly ja3?: string;
  readonly ja4?: string;
  readonly hassh?: string;
  readonly jarm?: string;
  readonly asn?: number;
  readonly class?: BehaviourClass;
  readonly decky?: string;
  readonly service?: string;
  readonly cluster: boolean;
  readonly secrets: boolean;
  readonly mmdb?: readonly string[];
  readonly rdns: boolean;
  readonly events: boolean;
  readonly format?: (typeof PROFILE_FORMATS)[number];
  readonly html?: string;
  readonly json: boolean;
  readonly out?: string;
  readonly sensor?: string;
  readonly sdId?: string;
}
