/** The sniffer on sound packets whose payload is hostile, out of order and with losses. */
import { concatBytes } from "../../../lib/bytes.ts";
import type { CapturedPacket } from "../../support/capture_builder.ts";
import { frame, ipv4, udp } from "../../support/packet_builder.ts";
import { sealInitial } from "../../support/quic_packets.ts";
import { CLIENT_FRAMES, CONNECTION_ID, QUIC_VECTORS } from "../../support/quic_vectors.ts";
import { nameLists, sshOpening } from "../../support/ssh_script.ts";
import { helloFor } from "../../support/tcp_talk.ts";
import { conversations } from "../captured.ts";
import { type Chunk, joinChunks, splitChunks } from "../chunks.ts";
import { randomOf } from "../pieces.ts";
import { connection, damaged } from "../connection.ts";
import { sniffedPackets, TABLES, typesOf } from "../sniffed.ts";
import type { FuzzTarget } from "../target.ts";

/** By the first byte of an input: TCP of which all comes, or not, or UDP to one of these ports. */
const KINDS = ["whole", "damaged", 443, 67, 547, 1900, 53] as const;
const CLIENT_PORTS: Readonly<Record<number, number>> = { 67: 68, 547: 546 };

const UDP = 17;

const MAX_SEED = 8 * 1024;

export const CONVERSATION: FuzzTarget = {
  name: "conversation",
  tables: TABLES,
  words: ["GET / HTTP/1.1\r\n\r\n", "SSH-2.0-x\r\n", "STARTTLS\r\n", "\x16\x03\x01", "\r\n"],
  seeds: () => [
    seed(0, [
      { fromClient: true, bytes: helloFor("decoy.example") },
      { fromClient: false, bytes: Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40) },
    ]),
    seed(0, [
      { fromClient: false, bytes: sshOpening("SSH-2.0-a", nameLists("x")) },
      { fromClient: true, bytes: sshOpening("SSH-2.0-b", nameLists("y")) },
    ]),
    ...QUIC_VECTORS.map(({ version }) =>
      seed(2, [{
        fromClient: true,
        bytes: sealInitial({ version, connectionId: CONNECTION_ID, frames: CLIENT_FRAMES }),
      }])
    ),
    ...conversations().map(({ udp, serverPort, chunks }, index) =>
      seed(udp ? Math.max(2, KINDS.findIndex((kind) => kind === serverPort)) : index % 2, chunks)
    ).filter(({ length }) => length <= MAX_SEED),
  ],
  run(input) {
    const kind = KINDS[(input[0] ?? 0) % KINDS.length]!;
    const chunks = splitChunks(input.subarray(1));
    const random = randomOf(input);
    const packets = kind === "whole"
      ? connection(chunks, random)
      : kind === "damaged"
      ? damaged(connection(chunks), random)
      : datagrams(chunks, kind);
    return `${kind} ${typesOf(sniffedPackets(packets))}`;
  },
};

function seed(kind: number, chunks: readonly Chunk[]): Uint8Array {
  return concatBytes(Uint8Array.of(kind), joinChunks(chunks));
}

function datagrams(chunks: readonly Chunk[], port: number): CapturedPacket[] {
  const [client, server] = ["192.0.2.1", "198.51.100.2"];
  const clientPort = CLIENT_PORTS[port] ?? 40000;
  return chunks.map(({ fromClient, bytes }, index) => ({
    bytes: fromClient
      ? frame(
        ipv4({ source: client, destination: server, protocol: UDP }, udp(clientPort, port, bytes)),
      )
      : frame(
        ipv4({ source: server, destination: client, protocol: UDP }, udp(port, clientPort, bytes)),
      ),
    micros: index * 1000,
  }));
}
