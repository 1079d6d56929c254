/** `decnet probe`: its arguments and flags, the one table behind parser, help and completions. */
import { buildCommand } from "@stricli/core";
import type { ProbeFlags } from "./probe_flags.ts";
import { FORMAT_NAMES, messageFlags, OUTPUT_FLAGS } from "./common_flags.ts";
import type { AppContext } from "./context.ts";
import {
  parseAddressFlag,
  parseDuration,
  parseNames,
  parsePortWish,
  parsePositiveDuration,
  parseRate,
  parseText,
  wholeNumber,
} from "./flag_values.ts";

import { HEALTH_FLAGS } from "./health.ts";

/** Fingerprints hosts and remembers what it saw. */
export const probeCommand = buildCommand<ProbeFlags, string[], AppContext>({
  loader: async () => (await import("./probe_run.ts")).runProbeCommand,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "Address, name, host:port, CIDR block, range a-b, or - for a list on stdin",
        placeholder: "TARGET",
        parse: parseText,
      },
    },
    flags: {
      probe: {
        kind: "parsed",
        optional: true,
        placeholder: "NAMES",
        brief: "Probes to run, see --list (default: all)",
        parse: parseNames,
      },
      port: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "[PROBE=]LIST",
        brief: "Ports of one probe (jarm=443,8443) or of all (443,8000-8010); repeatable",
        parse: parsePortWish,
      },
      targets: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "FILE",
        brief: "Read targets from FILE, one a line, # for comments; repeatable",
        parse: parseText,
      },
      timeout: {
        kind: "parsed",
        default: "5s",
        placeholder: "TIME",
        brief: "Deadline of a whole probe of one port",
        parse: parsePositiveDuration,
      },
      concurrency: {
        kind: "parsed",
        default: "32",
        placeholder: "N",
        brief: "Targets under way at a time",
        parse: wholeNumber(1, 10_000),
      },
      rate: {
        kind: "parsed",
        optional: true,
        placeholder: "N",
        brief:
          "New connections a second over all targets; 0 for no limit (default: 0, 20 from logs)",
        parse: parseRate,
      },
      targetRate: {
        kind: "parsed",
        optional: true,
        placeholder: "N",
        brief: "The same to any one target (default: 0, 1 from logs)",
        parse: parseRate,
      },
      retries: {
        kind: "parsed",
        default: "0",
        placeholder: "N",
        brief: "Further tries after a timeout or a connection that broke",
        parse: wholeNumber(0, 10),
      },
      deny: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "CIDR|FILE",
        brief: "Never probe these; repeatable",
        parse: parseText,
      },
      allow: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "CIDR|FILE",
        brief: "Probe these although they are special-purpose, when a list brings them; repeatable",
        parse: parseText,
      },
      sourceIp: {
        kind: "parsed",
        optional: true,
        placeholder: "ADDRESS",
        brief: "Connect from this address of this machine",
        parse: parseAddressFlag,
      },
      format: {
        kind: "enum",
        optional: true,
        values: FORMAT_NAMES,
        brief: "Form of the events on stdout (default: a table on a terminal, else native)",
      },
      outcomes: {
        kind: "boolean",
        default: false,
        brief: "Emit a probe_outcome event for each port that gave no fingerprint",
      },
      state: {
        kind: "parsed",
        optional: true,
        placeholder: "PATH|URL",
        brief:
          "State file that remembers hashes, or nats://HUB/BUCKET to share it between sensors " +
          "(default: $XDG_STATE_HOME/decnet/decnet.db)",
        parse: parseText,
      },
      noState: {
        kind: "boolean",
        default: false,
        brief: "Remember nothing and report no rotation",
      },
      reprobeAfter: {
        kind: "parsed",
        optional: true,
        placeholder: "TIME",
        brief: "Leave out what was probed within this time",
        parse: parseDuration,
      },
      fromLog: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "FILE.json|URL",
        brief:
          "Probe who touched a decoy, by this log or by the stream at nats://HUB; goes on where " +
          "the last run was; repeatable",
        parse: parseText,
      },
      watch: {
        kind: "boolean",
        default: false,
        brief: "With --from-log: stay, and look again every --interval",
      },
      interval: {
        kind: "parsed",
        default: "300s",
        placeholder: "TIME",
        brief: "Time between looks at the logs",
        parse: parsePositiveDuration,
      },
      cooldown: {
        kind: "parsed",
        default: "24h",
        placeholder: "TIME",
        brief: "From logs: time until a target is probed again; what said nothing is tried sooner",
        parse: parsePositiveDuration,
      },
      maxAge: {
        kind: "parsed",
        default: "7d",
        placeholder: "TIME",
        brief: "From logs: leave alone who was not seen for so long",
        parse: parsePositiveDuration,
      },
      maxTargets: {
        kind: "parsed",
        default: "50000",
        placeholder: "N",
        brief: "From logs: targets that are remembered, those seen last",
        parse: wholeNumber(1, 1_000_000),
      },
      decoys: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "decnet-state.json: its decoys are never probed from a list or a log",
        parse: parseText,
      },
      list: {
        kind: "boolean",
        default: false,
        brief: "Show all probes with their ports and needs, and end",
      },
      history: {
        kind: "parsed",
        optional: true,
        placeholder: "ADDRESS",
        brief: "Show what is known of a host: every hash, when it was seen, what replaced it",
        parse: parseAddressFlag,
      },
      dryRun: {
        kind: "boolean",
        default: false,
        brief: "Print what would be sent to whom, and send nothing",
      },
      ...OUTPUT_FLAGS,
      ...HEALTH_FLAGS,
      ...messageFlags("Tell how each port ended"),
    },
    aliases: { p: "port", t: "targets", c: "concurrency", o: "out", v: "verbose", q: "quiet" },
  },
  docs: {
    brief: "Fingerprint hosts: JARM, HASSHServer, certificate, web, banner; tell when one changed",
    fullDescription: [
      "Fingerprints hosts: JARM, HASSHServer, leaf certificate, web server, banner. Remembers every",
      "hash and tells when one has changed. On a terminal it prints a table; piped, one JSON event a",
      "line.",
      "",
      "With --from-log it finds its targets by itself: who took part in a conversation with a decoy.",
      "Never probed from a list or a log are special-purpose ranges, this machine's own addresses and",
      "the decoys of --decoys.",
      "",
      "Private and special-purpose addresses are probed when named on the command line, and when a",
      "list brings them only if --allow covers them. DECNET_PROBE_PORTS_<PROBE> sets the ports of a",
      "probe; an empty value turns it off.",
      "",
      "EXAMPLES",
      "  decnet probe 192.0.2.7",
      "  decnet probe 192.0.2.7:8443 example.org 198.51.100.0/24",
      "  decnet probe --probe jarm --port 443,8443 - < addresses.txt | jq -r .fields.jarm_hash",
      "  decnet probe --targets seen.txt --reprobe-after 24h --out /var/log/decnet/decnet",
      "  decnet probe --dry-run 192.0.2.0/28",
      "  decnet probe --from-log /var/log/decnet/decnet.json --watch --out /var/log/decnet/decnet",
      "  decnet probe --history 192.0.2.7",
    ].join("\n"),
  },
});
