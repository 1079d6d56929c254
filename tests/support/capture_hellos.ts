/**
 * Hellos in a capture by way of tshark, which only unpacks the packets: TCP segments are put in
 * order and QUIC, DTLS and TLS are read here.
 */
import { fromHex } from "../../lib/bytes.ts";
import { looksLikeInitial } from "../../lib/quic/long_header.ts";
import { looksLikeDtlsHandshake } from "../../lib/tls/dtls.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "../../lib/tls/constants.ts";
import { type DatagramReader, datagramReader, readTlsMessages } from "./hello_reader.ts";

/** A ClientHello of a capture. */
export interface CapturedHello {
  /** Both endpoints as `address port`, sorted, with a space between. */
  readonly flow: string;
  readonly transport: "t" | "q" | "d";
  readonly body: Uint8Array;
}

interface Segment {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

const FIELDS = [
  ...["ip.src", "ipv6.src", "ip.dst", "ipv6.dst"],
  ...["tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.payload"],
  ...["udp.srcport", "udp.dstport", "udp.payload"],
];

/** Key of a flow, whichever way its packet goes. */
export function flowKey(
  source: string,
  sourcePort: number | string,
  destination: string,
  destinationPort: number | string,
): string {
  return [`${source} ${sourcePort}`, `${destination} ${destinationPort}`].sort().join(" ");
}

/** Every ClientHello in the capture at `path`. */
export async function captureHellos(tshark: string, path: string): Promise<CapturedHello[]> {
  const options = ["-n", "-T", "fields", "-E", "occurrence=l", "-E", "separator=|"];
  const { stdout } = await new Deno.Command(tshark, {
    args: ["-r", path, ...options, ...FIELDS.flatMap((field) => ["-e", field])],
    stderr: "null",
  }).output();
  const streams = new Map<string, Segment[]>();
  const datagrams = new DatagramFlows();
  const hellos: CapturedHello[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const [ip4, ip6, to4, to6, port, toPort, sequence, tcp, udpPort, udpToPort, udp] = line
      .split("|");
    const source = ip4 || ip6 || "";
    const destination = to4 || to6 || "";
    if (tcp) {
      const key = [source, port, destination, toPort].join(" ");
      const segments = streams.get(key) ?? [];
      streams.set(key, segments);
      segments.push({ sequence: Number(sequence), bytes: fromHex(tcp) });
    } else if (udp) {
      const flow = flowKey(source, udpPort!, destination, udpToPort!);
      hellos.push(...datagrams.read(flow, `${source} ${udpPort}`, fromHex(udp)));
    }
  }
  for (const [key, segments] of streams) {
    const [source, port, destination, toPort] = key.split(" ");
    const flow = flowKey(source!, port!, destination!, toPort!);
    for (const body of streamHellos(segments)) hellos.push({ flow, transport: "t", body });
  }
  return hellos;
}

/** The UDP flows of a capture; the client is whoever sends first. */
class DatagramFlows {
  readonly #flows = new Map<
    string,
    { transport: "q" | "d"; client: string; reader: DatagramReader }
  >();

  read(flow: string, sender: string, datagram: Uint8Array): CapturedHello[] {
    let known = this.#flows.get(flow);
    if (known === undefined) {
      const transport = looksLikeInitial(datagram, 0, datagram.length)
        ? "q"
        : looksLikeDtlsHandshake(datagram, 0, datagram.length)
        ? "d"
        : undefined;
      if (transport === undefined) return [];
      known = { transport, client: sender, reader: datagramReader(transport) };
      this.#flows.set(flow, known);
    }
    const { transport, client, reader } = known;
    return reader.push(datagram, sender === client)
      .filter(({ type }) => type === HANDSHAKE_TYPE.clientHello)
      .map(({ body }) => ({ flow, transport, body }));
  }
}

/** ClientHellos of one direction, wherever a segment begins like one: proxies come before them. */
function streamHellos(segments: readonly Segment[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const starts: number[] = [];
  let length = 0;
  let next = -Infinity;
  for (const { sequence, bytes } of segments.toSorted((a, b) => a.sequence - b.sequence)) {
    const part = bytes.subarray(Math.max(0, next - sequence));
    next = Math.max(next, sequence + bytes.length);
    starts.push(length);
    parts.push(part);
    length += part.length;
  }
  const stream = new Uint8Array(length);
  parts.forEach((part, index) => stream.set(part, starts[index]));
  return starts.flatMap((start) => {
    const looksLikeHello = stream[start] === CONTENT_TYPE.handshake && stream[start + 1] === 3 &&
      stream[start + 5] === HANDSHAKE_TYPE.clientHello;
    return looksLikeHello ? readTlsMessages(stream.subarray(start)) : [];
  }).filter(({ type }) => type === HANDSHAKE_TYPE.clientHello).map(({ body }) => body);
}
