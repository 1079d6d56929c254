/** What tshark reads in each packet of a capture, for comparison. */
import { findCommand } from "../../scripts/test_tools.ts";
import { parseAddress } from "../../lib/net/address.ts";

/** One packet that holds IP; of nested IP packets the innermost. */
export interface TsharkPacket {
  /** From 1 on. */
  readonly frame: number;
  /** Microseconds since the epoch, for all but packets without a time. */
  readonly micros?: number;
  readonly captured: number;
  readonly wire: number;
  readonly source: string;
  readonly destination: string;
  /** `tcp`, `udp`, `sctp`, `icmp`, `icmpv6`, or `` for anything else. */
  readonly transport: string;
  /** Ports, or type and code. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly ttl: number;
  readonly trafficClass: number;
  /** Only for TCP: sequence, acknowledgement, flags, window, header length, payload length. */
  readonly tcp?: readonly number[];
}

const COLUMNS = [
  "frame.number",
  "frame.protocols",
  "frame.time_epoch",
  "frame.cap_len",
  "frame.len",
  "ip.src",
  "ip.dst",
  "ip.ttl",
  "ip.dsfield",
  "ipv6.src",
  "ipv6.dst",
  "ipv6.hlim",
  "ipv6.tclass",
  "tcp.srcport",
  "tcp.dstport",
  "udp.srcport",
  "udp.dstport",
  "sctp.srcport",
  "sctp.dstport",
  "icmp.type",
  "icmp.code",
  "icmpv6.type",
  "icmpv6.code",
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.flags",
  "tcp.window_size_value",
  "tcp.hdr_len",
  "tcp.len",
] as const;

/** The MPLS label that stands for an Ethernet pseudowire with control word: labels do not say. */
export const PSEUDOWIRE_LABEL = 0x54321;

/** Packet by packet: no fragment or segment put together, nothing guessed beyond what we guess. */
const SETTINGS = [
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
  "tcp.relative_sequence_numbers:FALSE",
] as const;

const TCP_COLUMNS = [
  "tcp.seq_raw",
  "tcp.ack_raw",
  "tcp.flags",
  "tcp.window_size_value",
  "tcp.hdr_len",
  "tcp.len",
] as const;

type Column = (typeof COLUMNS)[number];

/** The packets of the capture at `path` that hold IP. @throws {Error} when tshark fails. */
export async function tsharkPackets(path: string): Promise<TsharkPacket[]> {
  const { stdout, stderr } = await new Deno.Command(findCommand("tshark") ?? "tshark", {
    args: [
      ...["-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"],
      // VXLAN of before 4789, as Linux sends it.
      ...["-d", "udp.port==8472,vxlan"],
      ...["-d", `mpls.label==${PSEUDOWIRE_LABEL},pwethcw`],
      ...SETTINGS.flatMap((setting) => ["-o", setting]),
      ...COLUMNS.flatMap((column) => ["-e", column]),
    ],
    stdout: "piped",
    stderr: "piped",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
  // It fails on a truncated capture, too, after it has printed what is there.
  if (lines.length === 0) throw new Error(new TextDecoder().decode(stderr));
  return lines.flatMap((line) => packetOf(line) ?? []);
}

function packetOf(line: string): TsharkPacket | undefined {
  const cells = line.split("\t");
  const values = (column: Column): string[] => {
    const cell = cells[COLUMNS.indexOf(column)] ?? "";
    return cell === "" ? [] : cell.split(",");
  };
  const layers = (cells[1] ?? "").split(":");
  const { ip, ipIndex, transport, transportIndex } = innermost(layers);
  if (ip === undefined) return undefined;
  const address = (side: "src" | "dst") => values(`${ip}.${side}`)[ipIndex] ?? "";
  const number = (column: Column, index: number) => Number(values(column)[index] ?? 0);
  const hasPorts = transport === "tcp" || transport === "udp" || transport === "sctp";
  const isIcmp = transport === "icmp" || transport === "icmpv6";
  const [seconds = "", fraction = ""] = (values("frame.time_epoch")[0] ?? "").split(".");
  return {
    frame: number("frame.number", 0),
    ...(seconds === "" ? {} : { micros: Number(seconds + fraction.padEnd(6, "0").slice(0, 6)) }),
    captured: number("frame.cap_len", 0),
    wire: number("frame.len", 0),
    source: parseAddress(address("src")) ?? "",
    destination: parseAddress(address("dst")) ?? "",
    transport: hasPorts || isIcmp ? transport : "",
    sourcePort: hasPorts
      ? number(`${transport}.srcport`, transportIndex)
      : isIcmp
      ? number(`${transport}.type`, 0)
      : 0,
    destinationPort: hasPorts
      ? number(`${transport}.dstport`, transportIndex)
      : isIcmp
      ? number(`${transport}.code`, 0)
      : 0,
    ttl: ip === "ip" ? number("ip.ttl", ipIndex) : number("ipv6.hlim", ipIndex),
    trafficClass: ip === "ip" ? number("ip.dsfield", ipIndex) : number("ipv6.tclass", ipIndex),
    ...(transport === "tcp" && values("tcp.hdr_len").length > 0
      ? { tcp: TCP_COLUMNS.map((column) => number(column, transportIndex)) }
      : {}),
  };
}

/** The last IP layer, and the transport behind it, with their places among layers of their kind. */
function innermost(layers: readonly string[]) {
  // An ICMP error quotes the packet that it is about.
  const icmp = layers.findIndex((layer) => layer === "icmp" || layer === "icmpv6");
  const own = icmp < 0 ? layers : layers.slice(0, icmp + 1);
  const ipAt = own.findLastIndex((layer) => layer === "ip" || layer === "ipv6");
  const ip = own[ipAt] as "ip" | "ipv6" | undefined;
  const transportAt = own.findIndex((layer, index) =>
    index > ipAt && ["tcp", "udp", "sctp", "icmp", "icmpv6"].includes(layer)
  );
  const transport = own[transportAt] as "tcp" | "udp" | "sctp" | "icmp" | "icmpv6" | undefined;
  const before = (name: string | undefined, end: number) =>
    own.slice(0, Math.max(0, end)).filter((layer) => layer === name).length;
  return {
    ip,
    ipIndex: before(ip, ipAt),
    transport,
    transportIndex: before(transport, transportAt),
  };
}
