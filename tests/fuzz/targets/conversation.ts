/** The sniffer on sound packets whose payload is hostile, in order and out of order. */
import assert from "node:assert/strict";
import type { Event } from "../../../lib/event/event.ts";
import { concatBytes } from "../../../lib/bytes.ts";
import type { CapturedPacket } from "../../support/capture_builder.ts";
import { frame, ipv4, udp } from "../../support/packet_builder.ts";
import { sealInitial } from "../../support/quic_packets.ts";
import { CLIENT_FRAMES, CONNECTION_ID, QUIC_VECTORS } from "../../support/quic_vectors.ts";
import { nameLists, sshOpening } from "../../support/ssh_script.ts";
import { FLAG, helloFor, TcpTalk } from "../../support/tcp_talk.ts";
import { conversations } from "../captured.ts";
import { type Chunk, joinChunks, splitChunks } from "../chunks.ts";
import { randomOf } from "../pieces.ts";
import type { Random } from "../random.ts";
import { sniffed, TABLES, typesOf } from "../sniffed.ts";
import type { FuzzTarget } from "../target.ts";

/** By the first byte of an input: TCP of which all came, or not, or UDP to one of these ports. */
const KINDS = ["whole", "damaged", 443, 67, 547, 1900, 53] as const;
const CLIENT_PORTS: Readonly<Record<number, number>> = { 67: 68, 547: 546 };

const UDP = 17;

const MAX_SEED = 8 * 1024;

/** Fields that say the same however the segments of one side are ordered. */
const TIMELESS = ["ja3", "ja4", "ja3s", "ja4s", "ja4x", "ja4h", "hassh", "hassh_server", "sni"];

export const CONVERSATION: FuzzTarget = {
  name: "conversation",
  tables: 2 * TABLES,
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
    if (kind === "damaged") return `damaged ${typesOf(tell(damaged(connection(chunks), random)))}`;
    if (kind !== "whole") return `${kind} ${typesOf(tell(datagrams(chunks, kind)))}`;
    const events = tell(connection(chunks));
    assert.deepEqual(timeless(tell(connection(chunks, random))), timeless(events));
    return typesOf(events);
  },
};

function seed(kind: number, chunks: readonly Chunk[]): Uint8Array {
  return concatBytes(Uint8Array.of(kind), joinChunks(chunks));
}

function tell(packets: readonly CapturedPacket[]): Event[] {
  return sniffed((engine) => {
    for (const { bytes, micros = 0, wire = 0 } of packets) {
      // What a packet lay in is overwritten by the next one.
      const buffer = bytes.slice();
      engine.handle(buffer, 0, bytes.length, Math.max(bytes.length, wire), micros, 1);
      buffer.fill(0xee);
    }
  });
}

/** What events tell of what was said. */
function timeless(events: readonly Event[]): string[] {
  return events.flatMap(({ event_type: type, fields }) => {
    const said = TIMELESS.flatMap((name) => fields[name] === undefined ? [] : [fields[name]]);
    return said.length === 0 ? [] : [`${type} ${said.join(" ")}`];
  });
}

/** A connection in which all is said in order, or, with `random`, in other segments and disorder. */
function connection(chunks: readonly Chunk[], random?: Random): CapturedPacket[] {
  const talk = new TcpTalk().open();
  for (const { fromClient, bytes } of turns(chunks)) {
    const first = talk.packets.length;
    const most = 1 + (bytes.length >> 6) + (random?.below(1400) ?? 1399);
    talk.say(fromClient ? "client" : "server", bytes, most);
    if (random !== undefined) disorder(talk.packets, first, random);
  }
  for (const side of ["client", "server"] as const) talk.segment(side, FLAG.fin | FLAG.ack);
  return talk.packets;
}

/** What each side says until the other takes its turn. */
function turns(chunks: readonly Chunk[]): Chunk[] {
  const found: Chunk[] = [];
  for (const { fromClient, bytes } of chunks) {
    const last = found.at(-1);
    if (last?.fromClient === fromClient) {
      found[found.length - 1] = { fromClient, bytes: concatBytes(last.bytes, bytes) };
    } else if (bytes.length > 0) found.push({ fromClient, bytes });
  }
  return found;
}

/** Exchanges neighbours from `first` on and repeats some; nothing is lost. */
function disorder(packets: CapturedPacket[], first: number, random: Random): void {
  for (let index = first; index + 1 < packets.length; index++) {
    const [one, other] = [packets[index]!, packets[index + 1]!];
    if (random.below(3) === 0) packets.splice(index, 2, other, one);
    else if (random.below(8) === 0) packets.splice(index++, 0, one);
  }
}

/** Packets lost, cut off, and repeated late. */
function damaged(packets: readonly CapturedPacket[], random: Random): CapturedPacket[] {
  return packets.flatMap((packet) => {
    switch (random.below(10)) {
      case 0:
        return [];
      case 1:
        return [cutOff(packet, random.below(packet.bytes.length))];
      case 2:
        return [packet, random.pick(packets)];
      default:
        return [packet];
    }
  });
}

function cutOff({ bytes, ...packet }: CapturedPacket, length: number): CapturedPacket {
  return { ...packet, bytes: bytes.subarray(0, length), wire: bytes.length };
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
