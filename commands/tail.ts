/** `decnet tail`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import { FORMAT_NAMES, messageFlags, OUTPUT_FLAGS } from "./common_flags.ts";
import type { AppContext } from "./context.ts";
import { parseNames, parsePositiveDuration, parseText, wholeNumber } from "./flag_values.ts";
import { HEALTH_FLAGS } from "./health.ts";
import { TAIL_SHAPES, type TailFlags } from "./tail_flags.ts";
import { parseShare } from "./tail_values.ts";

/** A filter by names. */
function names(placeholder: string, brief: string) {
  return {
    kind: "parsed",
    optional: true,
    variadic: true,
    placeholder,
    brief,
    parse: parseNames,
  } as const;
}

/** A value that is taken as it is. */
function text(placeholder: string, brief: string) {
  return { kind: "parsed", optional: true, placeholder, brief, parse: parseText } as const;
}

/** A switch. */
function toggle(brief: string) {
  return { kind: "boolean", default: false, brief } as const;
}

/** Shows, filters and ships the events of logs. */
export const tailCommand = buildCommand<TailFlags, string[], AppContext>({
  loader: async () => (await import("./tail_run.ts")).runTailCommand,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "A log: our .json, RFC 5424 lines, also compressed; - for stdin " +
          "(default: that of $DECNET_INGEST_LOG_FILE, else /var/log/decnet/decnet.json)",
        placeholder: "FILE",
        parse: parseText,
      },
    },
    flags: {
      lines: {
        kind: "parsed",
        optional: true,
        placeholder: "N",
        brief: "Begin with the last N events that are wanted, of each file (default: 10)",
        parse: wholeNumber(0, 999_999_999),
      },
      noFollow: toggle("End with the end of the log instead of waiting for more"),
      since: text("TIME", "Events since then: 1h, 2d, 2026-11-21 or 2026-11-21T10:00:00Z"),
      until: text("TIME", "Events before then; as --since"),
      fromStart: toggle("Begin with the oldest event, in the oldest rotated file"),
      flushPartial: {
        kind: "parsed",
        optional: true,
        placeholder: "TIME",
        brief: "Take a last line without its newline for whole when nobody has written for so long",
        parse: parsePositiveDuration,
      },
      ip: names(
        "ADDRESS,...",
        "Events of these addresses, CIDR blocks or spans; !ADDRESS: all others",
      ),
      decky: names("GLOB,...", "Events of these decoys; !GLOB: all others"),
      service: names("GLOB,...", "Events of these services; !GLOB: all others"),
      type: names("GLOB,...", "Events of these types, as tls_*; !GLOB: all others"),
      where: text(
        "EXPRESSION",
        "Events of which this is true, as 'fields.ttl < 64 && ja4 =~ \"t13d*\"': " +
          "== != < <= > >= =~ in && || ! ( )",
      ),
      grep: text("TEXT", "Events whose line holds this text as it stands in the file"),
      sample: {
        kind: "parsed",
        optional: true,
        placeholder: "SHARE",
        brief: "A part of the events, as 0.1, 10% or 1/10; always the same ones",
        parse: parseShare,
      },
      uniqueBy: text("KEY", "Only the first event of each value of KEY, as attacker_ip"),
      countBy: text("KEY", "Count events by KEY instead of showing them"),
      every: {
        kind: "parsed",
        optional: true,
        placeholder: "TIME",
        brief: "Tell the counts of --count-by so often, as 10s, and begin anew",
        parse: parsePositiveDuration,
      },
      format: {
        kind: "enum",
        optional: true,
        values: FORMAT_NAMES,
        brief: "Form of the output (default: a line an event on a terminal, else native)",
      },
      json: OUTPUT_FLAGS.json,
      fields: {
        kind: "parsed",
        optional: true,
        placeholder: "KEY,...",
        brief: "Only these values, as ja4,sni,decky; in JSON and CSV too",
        parse: parseNames,
      },
      full: toggle("Show all that an event holds, one value a line"),
      local: toggle("Times of this machine instead of UTC, in what is for eyes"),
      to: text(
        "URL",
        "Send events there: syslog+tls://HOST:6514, syslog+tcp://, syslog+udp://, https://, http://, " +
          "nats://HUB, clickhouse://HOST:8123/DB.TABLE",
      ),
      shape: {
        kind: "enum",
        optional: true,
        values: TAIL_SHAPES,
        brief:
          "Body of HTTP requests: JSON lines, Elastic bulk, Splunk HEC, Loki push (default: ndjson)",
      },
      header: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "NAME: VALUE",
        brief: "Header of HTTP requests, or @FILE with one a line; repeatable",
        parse: parseText,
      },
      cursor: text(
        "FILE",
        "Remember there what has been delivered, and go on behind it; begins with the oldest event",
      ),
      ca: text("FILE", "Certificates in PEM that the receiver's is checked against too"),
      cert: text("FILE", "Our certificate in PEM, for receivers that ask for one"),
      key: text("FILE", "The key of --cert in PEM"),
      sensor: {
        ...OUTPUT_FLAGS.sensor,
        brief: "Name of the sensor of lines that do not tell it (default: the host's name)",
      },
      sdId: OUTPUT_FLAGS.sdId,
      ...HEALTH_FLAGS,
      ...messageFlags("Tell more on stderr"),
    },
    aliases: { n: "lines", f: "format", v: "verbose", q: "quiet" },
  },
  docs: {
    brief: "Show, filter, convert and ship the events of logs",
    fullDescription: [
      "Shows the last events of logs and follows them through every rotation; several files are merged by",
      "time. Filters, counts, converts to the forms of others, and sends to receivers of syslog and HTTP,",
      "to ClickHouse and to a NATS hub.",
      "",
      "EXAMPLES",
      "  decnet tail",
      "  decnet tail --since 1h --type 'tls_*,!tls_session' --ip 203.0.113.0/24",
      "  decnet tail --where 'fields.ttl < 64 && service != \"sniffer\"' | jq .fields.ja4",
      "  decnet tail --from-start --no-follow --format csv --fields timestamp,attacker_ip,ja4",
      "  decnet tail --count-by attacker_ip --every 10s",
      "  decnet tail --to syslog+tls://siem.example:6514 --cursor /var/lib/decnet/siem.cursor",
    ].join("\n"),
  },
});
