/** What the flags of `decnet collect` come to. */
import type { MessageFlags } from "./common_flags.ts";
import type { HealthFlags } from "./health.ts";

/** Which containers are collected. */
export interface ContainerFlags {
  readonly docker: boolean;
  readonly label?: readonly string[];
  readonly name?: readonly string[];
  readonly all: boolean;
  readonly stderr: boolean;
  readonly decoys?: string;
}

/** Where else lines come from. */
export interface OtherSourceFlags {
  readonly file?: readonly string[];
  readonly syslog?: readonly string[];
  readonly syslogCert?: string;
  readonly syslogKey?: string;
  readonly maxLine: number;
}

/** What becomes of lines. */
export interface RecordFlags {
  readonly rateLimit?: number;
  readonly rateLimitTypes?: readonly string[];
  readonly dropApps?: readonly string[];
  readonly guessIp: boolean;
  readonly sensor?: string;
  readonly sdId?: string;
}

/** Where they go. */
export interface CollectOutputFlags {
  readonly out?: string;
  readonly state?: string;
  readonly noState: boolean;
  readonly maxSize?: number;
  readonly keep: number;
}

/** The flags after parsing; durations in milliseconds, sizes in bytes. */
export interface CollectFlags
  extends
    ContainerFlags,
    OtherSourceFlags,
    RecordFlags,
    CollectOutputFlags,
    MessageFlags,
    HealthFlags {
  readonly stats: boolean;
}
