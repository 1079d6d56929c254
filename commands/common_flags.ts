/** Flags that several verbs share, so that they are the same everywhere. */
import { parseText } from "./flag_values.ts";

/** Names of the output formats, as lib/event/formats.ts has them. */
export const FORMATS = [
  ...["native", "rfc5424", "ecs", "eve", "zeek", "ocsf", "cef", "csv"] as const,
] as const;

/** What `--format` takes: those names, and the one that everybody tries for `native`. */
export const FORMAT_NAMES = [...FORMATS, "json"] as const;

/** How events are written. */
export interface OutputFlags {
  readonly out?: string;
  readonly json: boolean;
  readonly raw: boolean;
  readonly sensor?: string;
  readonly sdId?: string;
  readonly noJa4plus: boolean;
}

/** How much is said on stderr, and in which form. */
export interface MessageFlags {
  readonly verbose?: number;
  readonly quiet: boolean;
  readonly logFormat: "text" | "json";
}

/** The flags of {@linkcode OutputFlags}. */
export const OUTPUT_FLAGS = {
  out: {
    kind: "parsed",
    optional: true,
    placeholder: "BASE",
    brief:
      "Append events to BASE.log (RFC 5424) and BASE.json too (default: $DECNET_INGEST_LOG_FILE)",
    parse: parseText,
  },
  json: {
    kind: "boolean",
    default: false,
    brief: "Same as --format native: JSON lines, on a terminal too",
  },
  raw: {
    kind: "boolean",
    default: false,
    brief: "Carry the RFC 5424 line as raw_line in JSON on stdout",
  },
  sensor: {
    kind: "parsed",
    optional: true,
    placeholder: "NAME",
    brief: "Name of this sensor in events (default: the host's name)",
    parse: parseText,
  },
  sdId: {
    kind: "parsed",
    optional: true,
    placeholder: "ID",
    brief: "SD-ID in RFC 5424 lines (default: relay@55555)",
    parse: parseText,
  },
  noJa4plus: {
    kind: "boolean",
    default: false,
    brief: "Leave out fingerprints under the FoxIO Licence (JA4S, JA4X and the rest of JA4+)",
  },
} as const;

/** The flags of {@linkcode MessageFlags}; `verbose` says what `-v` adds. */
export function messageFlags(verbose: string) {
  return {
    verbose: { kind: "counter", optional: true, brief: verbose },
    quiet: { kind: "boolean", default: false, brief: "No summary and no progress on stderr" },
    logFormat: {
      kind: "enum",
      values: ["text", "json"],
      default: "text",
      brief: "Form of messages on stderr",
    },
  } as const;
}
