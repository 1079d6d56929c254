/** What the flags of `decnet tail` come to. */
import type { FORMAT_NAMES, MessageFlags } from "./common_flags.ts";
import type { HealthFlags } from "./health.ts";

/** Bodies of HTTP requests, as receivers want them. */
export const TAIL_SHAPES = ["ndjson", "elastic", "splunk", "loki"] as const;

/** Which part of a log is read. */
export interface TailPlaceFlags {
  readonly lines?: number;
  readonly noFollow: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly fromStart: boolean;
  readonly cursor?: string;
  readonly flushPartial?: number;
}

/** Which events are wanted. */
export interface TailFilterFlags {
  readonly ip?: readonly (readonly string[])[];
  readonly decky?: readonly (readonly string[])[];
  readonly service?: readonly (readonly string[])[];
  readonly type?: readonly (readonly string[])[];
  readonly where?: string;
  readonly grep?: string;
}

/** What becomes of wanted events. */
export interface TailOutputFlags {
  readonly sample?: number;
  readonly uniqueBy?: string;
  readonly countBy?: string;
  readonly every?: number;
  readonly format?: (typeof FORMAT_NAMES)[number];
  readonly json: boolean;
  readonly fields?: readonly string[];
  readonly full: boolean;
  readonly local: boolean;
  readonly sensor?: string;
  readonly sdId?: string;
}

/** Where events are sent to. */
export interface TailShipFlags {
  readonly to?: string;
  readonly shape?: (typeof TAIL_SHAPES)[number];
  readonly header?: readonly string[];
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The flags after parsing; durations in milliseconds. */
export interface TailFlags
  extends
    TailPlaceFlags,
    TailFilterFlags,
    TailOutputFlags,
    TailShipFlags,
    MessageFlags,
    HealthFlags {}
