/** `decnet probe`: its arguments and flags, the one table behind parser, help and completions. */
import { buildCommand } from "@stricli/core";
import type { ProbeFlags } from "./probe_flags.ts";
import { FORMATS, messageFlags, OUTPUT_FLAGS } from "./common_flags.ts";
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
        brief: "Probes to run, of jarm,hassh,tlscert (default: all)",
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
        default: "0",
        placeholder: "N",
        brief: "New connections a second over all targets; 0 for no limit",
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
        values: FORMATS,
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
        placeholder: "PATH",
        brief: "State file that remembers hashes (default: $XDG_STATE_HOME/decnet/decnet.db)",
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
      dryRun: {
        kind: "boolean",
        default: false,
        brief: "Print what would be sent to whom, and send nothing",
      },
      ...OUTPUT_FLAGS,
      ...messageFlags("Tell how each port ended"),
    },
    aliases: { p: "port", t: "targets", c: "concurrency", o: "out", v: "verbose", q: "quiet" },
  },
  docs: {
    brief: "Fingerprint hosts: JARM, HASSHServer, leaf certificate; tell when one changed",
    fullDescription: [
      "Fingerprints hosts: JARM, HASSHServer and leaf certificate. Remembers every hash and tells",
      "when one has changed. On a terminal it prints a table; piped, one JSON event a line.",
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
    ].join("\n"),
  },
});
