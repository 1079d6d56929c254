/** Packets of a TCP connection, as they were sent and as a capture may have them. */
import { concatBytes } from "../../lib/bytes.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { FLAG, TcpTalk } from "../support/tcp_talk.ts";
import type { Chunk } from "./chunks.ts";
import type { Random } from "./random.ts";

/** A connection in which all is said in order, or, with `random`, in other segments and disorder. */
export function connection(chunks: readonly Chunk[], random?: Random): CapturedPacket[] {
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
export function damaged(packets: readonly CapturedPacket[], random: Random): CapturedPacket[] {
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
