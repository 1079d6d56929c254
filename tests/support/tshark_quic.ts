/**
 * ClientHellos of QUIC by way of tshark, which takes the protection off Initial packets but, in 4.0, does
 * not put a hello together from several: that is done here, and tshark gets it once more, in a record.
 */
import { ByteWriter } from "../../lib/bytes.ts";
import { pcap } from "./capture_builder.ts";
import { TcpTalk } from "./tcp_talk.ts";
import { all, type Tree, type TreePacket, tsharkPacketTrees, tsharkTrees } from "./tshark_json.ts";
import { helloLists, type TsharkHello } from "./tshark_tls.ts";

/** A hello, and the packet that began it. */
export interface QuicHello {
  readonly packet: TreePacket;
  readonly lists: TsharkHello;
}

const CLIENT_HELLO = 1;

/** The first hello of each client that sends one, in the capture at `path`, whose packets are given. */
export async function quicHellos(
  path: string,
  packets: readonly TreePacket[],
): Promise<QuicHello[]> {
  if (!packets.some(({ layers }) => all(layers, "quic").length > 0)) return [];
  const raw = await tsharkPacketTrees(path, "jsonraw");
  const streams = new Map<string, { packet: TreePacket; bytes: Map<number, number> }>();
  for (const packet of packets) {
    const { source, sourcePort, index } = packet;
    const key = `${source} ${sourcePort}`;
    for (const { offset, data } of cryptoFrames(raw[index]!)) {
      const stream = streams.get(key) ?? { packet, bytes: new Map() };
      data.forEach((byte, index) => stream.bytes.set(offset + index, byte));
      streams.set(key, stream);
    }
  }
  const hellos = [...streams.values()].flatMap(({ packet, bytes }) => {
    const message = wholeMessage(bytes);
    return message?.[0] === CLIENT_HELLO ? [{ packet, message }] : [];
  });
  return await Promise.all(
    hellos.map(async ({ packet, message }) => ({ packet, lists: await listsOf(message) })),
  );
}

/** CRYPTO frames (RFC 9000 19.6): type, offset and length as variable-length integers, data. */
function cryptoFrames(packet: Tree): { offset: number; data: Uint8Array }[] {
  const frames = all(packet, "quic.frame_raw").flat()
    .filter((item) => typeof item === "string" && item.startsWith("06"));
  return frames.map((hex) => {
    const bytes = Uint8Array.fromHex(hex as string);
    const [offset, lengthAt] = varint(bytes, 1);
    const [length, dataAt] = varint(bytes, lengthAt);
    return { offset, data: bytes.subarray(dataAt, dataAt + length) };
  });
}

/** A variable-length integer (RFC 9000 16) below 2^30, and what comes after it. */
function varint(bytes: Uint8Array, at: number): [value: number, next: number] {
  const size = 1 << (bytes[at]! >> 6);
  let value = bytes[at]! & 0x3f;
  for (let index = 1; index < size; index++) value = value * 256 + bytes[at + index]!;
  return [value, at + size];
}

/** The message at the start of the stream, once each of its bytes is there. */
function wholeMessage(bytes: ReadonlyMap<number, number>): Uint8Array | undefined {
  const length = 4 + (bytes.get(1) ?? 0) * 65536 + (bytes.get(2) ?? 0) * 256 + (bytes.get(3) ?? 0);
  const message = Array.from({ length }, (_, index) => bytes.get(index));
  return message.includes(undefined) ? undefined : Uint8Array.from(message as number[]);
}

async function listsOf(message: Uint8Array): Promise<TsharkHello> {
  const record = new ByteWriter().u8(22).u16(0x0301).vector(2, (body) => body.bytes(message));
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    const { packets } = new TcpTalk().open().say("client", record.finish());
    await Deno.writeFile(path, pcap(packets));
    const trees = await tsharkTrees(path);
    const [handshake] = trees.flatMap(({ layers }) => all(layers, "tls.handshake"));
    return helloLists(handshake!, "tls");
  } finally {
    await Deno.remove(path);
  }
}
