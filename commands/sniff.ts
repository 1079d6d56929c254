/** `decnet sniff`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import { SNIFF_FORMATS, type SniffFlags } from "./sniff_flags.ts";
import { messageFlags, OUTPUT_FLAGS } from "./common_flags.ts";
import type { AppContext } from "./context.ts";
import { parseDuration, parseNames, parseText, wholeNumber } from "./flag_values.ts";
import { HEALTH_FLAGS } from "./health.ts";

/** Names the attacker's stacks in packets. */
export const sniffCommand = buildCommand<SniffFlags, string[], AppContext>({
  loader: async () => (await import("./sniff_run.ts")).runSniffCommand,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "Words of a capture filter, as tcpdump takes it",
        placeholder: "FILTER",
        parse: parseText,
      },
    },
    flags: {
      read: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "FILE",
        brief:
          "Read packets from a pcap or pcapng file, plain, .gz or .zst, or - for stdin; repeatable",
        parse: parseText,
      },
      interface: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "IFACE",
        brief: "Capture from a network interface; repeatable " +
          "(default without -r: the one that --decoys names)",
        parse: parseText,
      },
      listInterfaces: {
        kind: "boolean",
        default: false,
        brief: "Print the interfaces there are, as JSON lines when piped or with --json, and exit",
      },
      decoys: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "decnet-state.json that says which addresses are decoys, and on which interface",
        parse: parseText,
      },
      home: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "CIDR|FILE",
        brief: "These addresses are decoys; repeatable",
        parse: parseText,
      },
      only: {
        kind: "parsed",
        optional: true,
        placeholder: "TYPES",
        brief: "Only events of these types, such as tls_client_hello,ssh_client",
        parse: parseNames,
      },
      count: {
        kind: "parsed",
        optional: true,
        placeholder: "N",
        brief: "Stop after N packets of all sources together",
        parse: wholeNumber(1, 999_999_999),
      },
      write: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "Write the packets that gave an event to a pcapng file, over what is there",
        parse: parseText,
      },
      stats: {
        kind: "boolean",
        default: false,
        brief: "Tell counts on stderr at the end, with -q too; until then every 10 s, in one " +
          "line on a terminal, elsewhere with -v",
      },
      dedup: {
        kind: "parsed",
        default: "300s",
        placeholder: "TIME",
        brief:
          "Do not tell the same of a client and a decoy again within this packet time; 0s tells all",
        parse: parseDuration,
      },
      format: {
        kind: "enum",
        optional: true,
        values: SNIFF_FORMATS,
        brief: "Form of stdout (default: a line an event on a terminal, else native)",
      },
      maxFlows: {
        kind: "parsed",
        default: "65536",
        placeholder: "N",
        brief: "Flows kept at a time, at 228 bytes each; the longest idle make room, " +
          "and are told as if they had ended",
        parse: wholeNumber(1000, 10_000_000),
      },
      p0fDb: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "Name TCP/IP stacks by this p0f.fp instead of our own signatures",
        parse: parseText,
      },
      keylog: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "FILE",
        brief: "Secrets of TLS connections, as a server or client writes them to SSLKEYLOGFILE: " +
          "what they seal is read, too; repeatable",
        parse: parseText,
      },
      promiscuous: {
        kind: "boolean",
        default: false,
        brief: "Capture what is not for this machine too",
      },
      user: {
        kind: "parsed",
        optional: true,
        placeholder: "USER",
        brief: "Root becomes this user once a capture is open " +
          "(default: the owner of the folder of --out or --write, else nobody)",
        parse: parseText,
      },
      snaplen: {
        kind: "parsed",
        default: "65535",
        placeholder: "BYTES",
        brief: "Bytes of each packet that are captured",
        parse: wholeNumber(64, 262_144),
      },
      buffer: {
        kind: "parsed",
        default: "65536",
        placeholder: "KIB",
        brief: "Kernel buffer of a live capture in KiB",
        parse: wholeNumber(64, 4_194_304),
      },
      ...OUTPUT_FLAGS,
      ...HEALTH_FLAGS,
      ...messageFlags("Tell more on stderr"),
    },
    aliases: {
      ...{ r: "read", i: "interface", c: "count", w: "write" },
      ...{ o: "out", v: "verbose", q: "quiet" },
    },
  },
  docs: {
    brief: "Fingerprint TLS, SSH, HTTP and TCP stacks in packets",
    fullDescription: [
      "Fingerprints the stacks of both sides in packets: JA3, JA3S, JA4 and JA4+, HASSH, the operating",
      "system of a SYN, flow timing. Reads capture files and pipes, and captures live.",
      "",
      "EXAMPLES",
      "  decnet sniff -r capture.pcap",
      "  tcpdump -w - | decnet sniff -r - | jq -r .fields.ja4",
      "  decnet sniff -r capture.pcap --format fingerprints --dedup 0s",
      "  decnet sniff -r capture.pcap --only tls_client_hello --write hellos.pcapng",
      "  decnet sniff -i eth0 --home 192.0.2.0/24 tcp or udp port 443",
      "  decnet sniff -r capture.pcap --keylog keys.txt --only http_request",
      "  decnet sniff --decoys decnet-state.json --stats --out /var/log/decnet/decnet",
    ].join("\n"),
  },
});
