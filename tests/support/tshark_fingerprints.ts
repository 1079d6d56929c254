/**
 * Fingerprints of a capture by way of tshark: those that it computes itself (JA3, JA3S, HASSH,
 * Community ID), and the others computed from the lists that it shows. Nothing here comes from lib/.
 */
import { dhcpFingerprints } from "./tshark_dhcp.ts";
import { httpFingerprints } from "./tshark_http.ts";
import {
  all,
  first,
  numbers,
  texts,
  type Tree,
  type TreePacket,
  tsharkTrees,
  tsharkTreesOfMany,
} from "./tshark_json.ts";
import { quicHellos } from "./tshark_quic.ts";
import { helloLists, serverLists, tlsPrefix } from "./tshark_tls.ts";
import {
  referenceHassh,
  referenceJa3,
  referenceJa4,
  referenceJa4s,
  referenceJa4x,
} from "./reference_fingerprints.ts";

/** One fingerprint, as `--format fingerprints` writes it. */
export interface TsharkFingerprint {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly proto: string;
  readonly kind: string;
  readonly value: string;
}

const CLIENT_HELLO = "1";
const SERVER_HELLO = "2";
const CERTIFICATE = "11";

/** Flags of TCP. */
const SYN = 0x02;
const ACK = 0x10;

/** Kind and value, and whether the sender is the server, so that the ends change places. */
type Found = readonly [kind: string, value: string, fromServer?: boolean | undefined];

/** Every fingerprint of the capture at `path`, in order, with repetitions. */
export async function tsharkFingerprints(path: string): Promise<TsharkFingerprint[]> {
  return await fingerprintsOf(path, await tsharkTrees(path));
}

/** As {@linkcode tsharkFingerprints}, of many captures of one interface each; by their paths. */
export async function tsharkFingerprintsOfMany(
  paths: readonly string[],
): Promise<ReadonlyMap<string, TsharkFingerprint[]>> {
  const captures = await tsharkTreesOfMany(paths);
  const found = paths.map(async (path, index) =>
    [path, await fingerprintsOf(path, captures[index]!)] as const
  );
  return new Map(await Promise.all(found));
}

async function fingerprintsOf(
  path: string,
  packets: readonly TreePacket[],
): Promise<TsharkFingerprint[]> {
  const ofHellos = (await quicHellos(path, packets)).flatMap(({ packet, lists }) =>
    helloFingerprints(lists, "q").map((found) => record(packet, found))
  );
  return [
    ...packets.flatMap((packet) => ofPacket(packet).map((found) => record(packet, found))),
    ...ofHellos,
  ];
}

function ofPacket(packet: TreePacket): Found[] {
  const found = [
    ...tlsFingerprints(packet.layers),
    ...sshFingerprints(packet.layers),
    ...synFingerprints(packet.layers),
    ...httpFingerprints(packet.layers),
    ...dhcpFingerprints(packet.layers),
  ];
  const [community] = texts(packet.layers, "communityid");
  if (found.length === 0 || community === undefined) return found;
  return [...found, ["community_id", community, found[0]![2]]];
}

function record(packet: TreePacket, [kind, value, fromServer]: Found): TsharkFingerprint {
  const { source, sourcePort, destination, destinationPort, proto } = packet;
  return {
    src: fromServer ? destination : source,
    sport: fromServer ? destinationPort : sourcePort,
    dst: fromServer ? source : destination,
    dport: fromServer ? sourcePort : destinationPort,
    proto,
    kind,
    value,
  };
}

function tlsFingerprints(layers: Tree): Found[] {
  const prefix = tlsPrefix(layers);
  const overQuic = all(layers, "quic").length > 0;
  const transport = prefix === "dtls" ? "d" : overQuic ? "q" : "t";
  return all(layers, `${prefix}.handshake`).flatMap((handshake): Found[] => {
    switch (first(handshake, `${prefix}.handshake.type`)) {
      case CLIENT_HELLO:
        // Those of QUIC are put together elsewhere: tshark reads no hello over several packets.
        return overQuic ? [] : helloFingerprints(helloLists(handshake, prefix), transport);
      case SERVER_HELLO: {
        const own = texts(handshake, `${prefix}.handshake.ja3s`);
        const ja4s = referenceJa4s(serverLists(handshake, prefix), transport);
        return [...own.map((value): Found => ["ja3s", value, true]), ["ja4s", ja4s, true]];
      }
      case CERTIFICATE:
        return all(handshake, `${prefix}.handshake.certificate_tree`)
          .map((certificate): Found => ["ja4x", ja4xOf(certificate), true]);
      default:
        return [];
    }
  });
}

function helloFingerprints(
  lists: ReturnType<typeof helloLists>,
  transport: "t" | "q" | "d",
): Found[] {
  const { ja3, serverName, protocolNames } = lists;
  return [
    // Over DTLS tshark computes none.
    ["ja3", ja3 ?? referenceJa3(lists)],
    ["ja4", referenceJa4(lists, transport)],
    ...(serverName === undefined ? [] : [["sni", serverName] as const]),
    ...(protocolNames.length === 0 ? [] : [["alpn", protocolNames.join(",")] as const]),
  ];
}

/** From dotted to DER contents (X.690 8.19) in hexadecimal. */
function derOf(dotted: string): string {
  const [top = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return [top * 40 + second, ...rest].map((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(left & 0x7f | 0x80);
    return groups.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }).join("");
}

function ja4xOf(certificate: Tree): string {
  const oids = (tree: string, name: string) =>
    all(certificate, tree).flatMap((part) => texts(part, name)).map(derOf);
  return referenceJa4x(
    oids("x509af.issuer_tree", "x509if.oid"),
    oids("x509af.subject_tree", "x509if.oid"),
    oids("x509af.extensions_tree", "x509af.extension.id"),
  );
}

/** tshark's own hashes, as long as they are those of the lists that it shows. */
function sshFingerprints(layers: Tree): Found[] {
  const list = (name: string) => first(layers, `ssh.${name}`) ?? "";
  const lists = (direction: string) =>
    referenceHassh([
      list("kex_algorithms"),
      ...["encryption", "mac", "compression"]
        .map((name) => list(`${name}_algorithms_${direction}`)),
    ]);
  const client = texts(layers, "ssh.kex.hassh").map((value): Found => ["hassh", value]);
  const server = texts(layers, "ssh.kex.hasshserver")
    .map((value): Found => ["hassh_server", value, true]);
  for (const [kind, value] of [...client, ...server]) {
    const own = lists(kind === "hassh" ? "client_to_server" : "server_to_client");
    if (own !== value) throw new Error(`tshark contradicts itself: ${value} is ${own}`);
  }
  return [...client, ...server];
}

/** JA4T of a SYN, JA4TS of a SYN-ACK: window, kinds, MSS, scale. */
function synFingerprints(layers: Tree): Found[] {
  const flags = Number(first(layers, "tcp.flags") ?? 0);
  if ((flags & SYN) === 0) return [];
  const tcp = all(layers, "tcp")[0]!;
  const kinds = optionKinds(tcp);
  const number = (name: string) => numbers(tcp, name).at(-1) ?? 0;
  const scale = number("tcp.options.wscale.shift");
  const value = [
    number("tcp.window_size_value"),
    kinds.length === 0 ? "00" : kinds.join("-"),
    String(number("tcp.options.mss_val")).padStart(2, "0"),
    scale === 0 ? "00" : scale,
  ].join("_");
  return (flags & ACK) === 0 ? [["ja4t", value]] : [["ja4ts", value, true]];
}

/** Kinds in order: tshark's tree has those of one kind together, so they are read of the bytes. */
function optionKinds(tcp: Tree): number[] {
  const bytes = (first(tcp, "tcp.options") ?? "").split(":").filter((byte) => byte !== "")
    .map((byte) => Number(`0x${byte}`));
  const kinds: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const kind = bytes[at]!;
    kinds.push(kind);
    at += kind < 2 ? 1 : bytes[at + 1]!;
  }
  return kinds;
}
