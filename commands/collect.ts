/** `decnet collect`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import type { CollectFlags } from "./collect_flags.ts";
import { messageFlags, OUTPUT_FLAGS } from "./common_flags.ts";
import type { AppContext } from "./context.ts";
import { parseDuration, parseNames, parseText, wholeNumber } from "./flag_values.ts";
import { HEALTH_FLAGS } from "./health.ts";
import { sizeBetween } from "./size_values.ts";

/** Collects the lines of decoys. */
export const collectCommand = buildCommand<CollectFlags, string[], AppContext>({
  loader: async () => (await import("./collect_run.ts")).runCollectCommand,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "- for lines on stdin",
        placeholder: "SOURCE",
        parse: parseText,
      },
    },
    flags: {
      docker: {
        kind: "boolean",
        default: false,
        brief: "Collect from the Docker engine beside other sources (default: when there are none)",
      },
      label: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "KEY[=VALUE]",
        brief: "Containers with this label; repeatable (default: those of DECNET's services)",
        parse: parseText,
      },
      name: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "GLOB",
        brief: "Containers with such a name; repeatable",
        parse: parseText,
      },
      all: { kind: "boolean", default: false, brief: "All containers" },
      stderr: { kind: "boolean", default: false, brief: "What containers print on stderr, too" },
      decoys: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "decnet-state.json that names the decoys and their services",
        parse: parseText,
      },
      file: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "PATH",
        brief: "Follow a log that something else writes, across its rotations; repeatable",
        parse: parseText,
      },
      syslog: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "URL",
        brief: "Receive syslog at udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT; repeatable",
        parse: parseText,
      },
      syslogCert: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "Certificate chain for tls://, as PEM",
        parse: parseText,
      },
      syslogKey: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "Its private key, as PEM",
        parse: parseText,
      },
      maxLine: {
        kind: "parsed",
        default: "256K",
        placeholder: "SIZE",
        brief: "Bytes of a line that are kept",
        parse: sizeBetween(1024, 16 * 1024 ** 2),
      },
      out: {
        ...OUTPUT_FLAGS.out,
        brief: "Append lines to BASE.log and events to BASE.json " +
          "(default: $DECNET_INGEST_LOG_FILE; without either: events to stdout)",
      },
      maxSize: {
        kind: "parsed",
        optional: true,
        placeholder: "SIZE",
        brief: "Rotate both files when one has this size",
        parse: sizeBetween(64 * 1024, 1024 ** 4),
      },
      keep: {
        kind: "parsed",
        default: "7",
        placeholder: "N",
        brief: "Rotated files of each that are kept",
        parse: wholeNumber(1, 9999),
      },
      state: {
        kind: "parsed",
        optional: true,
        placeholder: "PATH",
        brief: "SQLite file that remembers where each stream was",
        parse: parseText,
      },
      noState: {
        kind: "boolean",
        default: false,
        brief: "Remember nothing: after a restart lines may be missing or come twice",
      },
      rateLimit: {
        kind: "parsed",
        optional: true,
        placeholder: "TIME",
        brief: "Hold equal events of an attacker back for this long, 0 for not at all " +
          "(default: $DECNET_COLLECTOR_RL_WINDOW_SEC, else 1s)",
        parse: parseDuration,
      },
      rateLimitTypes: {
        kind: "parsed",
        optional: true,
        placeholder: "TYPES",
        brief: "Types of events that are limited (default: $DECNET_COLLECTOR_RL_EVENT_TYPES, " +
          "else connect,disconnect,connection,accept,close)",
        parse: parseNames,
      },
      dropApps: {
        kind: "parsed",
        optional: true,
        placeholder: "NAMES",
        brief: "No events of these programs, `native` for those of a Linux system " +
          "(default: $DECNET_COLLECTOR_DROP_APPS)",
        parse: parseNames,
      },
      guessIp: {
        kind: "boolean",
        default: false,
        brief: "Take the attacker's address out of free text where no field has it",
      },
      stats: {
        kind: "boolean",
        default: false,
        brief: "Tell counts on stderr each second, in one line on a terminal",
      },
      sensor: OUTPUT_FLAGS.sensor,
      sdId: OUTPUT_FLAGS.sdId,
      ...HEALTH_FLAGS,
      ...messageFlags("Tell more on stderr"),
    },
    aliases: { o: "out", v: "verbose", q: "quiet" },
  },
  docs: {
    brief: "Collect the lines of decoys, each once",
    fullDescription: [
      "Follows the containers of decoys, files, syslog senders or standard input. Each line goes to",
      "BASE.log as it came and, as an event, to BASE.json: none lost, none twice, whatever is killed,",
      "restarted, rotated or full meanwhile.",
      "",
      "EXAMPLES",
      "  decnet collect --out /var/log/decnet/decnet",
      "  decnet collect --decoys decnet-state.json --stderr --max-size 100M --keep 10",
      "  decnet collect --syslog udp://0.0.0.0:514 --syslog tcp://0.0.0.0:514 --out decoys",
      "  decnet collect --file /var/log/cowrie/cowrie.log --out decoys",
      "  some-decoy | decnet collect - | jq .attacker_ip",
    ].join("\n"),
  },
});
