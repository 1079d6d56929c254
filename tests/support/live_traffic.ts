/** Sends packets from inside a network namespace, and collects what a live capture brings. */
import { createSocket } from "node:dgram";
import type { LiveCapture } from "../../ffi/libpcap.ts";
import { SavefileRecords } from "../../lib/net/pcap.ts";
import { FAR_ADDRESS } from "./network_namespace.ts";

/** A copy of a packet. */
export interface Captured {
  readonly micros: number;
  readonly wire: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads batches as the rest of the program does, and keeps copies of their packets. */
export function recorder(capture: LiveCapture): [SavefileRecords, Captured[]] {
  const packets: Captured[] = [];
  const format = { linkType: capture.linkType, nanoseconds: false };
  const records = new SavefileRecords(format, (bytes, offset, captured, wire, micros) => {
    packets.push({
      micros,
      wire,
      bytes: new Uint8Array(bytes.subarray(offset, offset + captured)),
    });
  });
  return [records, packets];
}

/** Everything captured until `enough` says so. */
export async function collect(
  capture: LiveCapture,
  enough: (packets: readonly Captured[]) => boolean,
): Promise<Captured[]> {
  const [reader, packets] = recorder(capture);
  const stop = new AbortController();
  await capture.run((batch, records) => {
    reader.read(batch, records);
    if (reader.damage !== undefined) throw new Error(reader.damage);
    if (enough(packets)) stop.abort();
  }, stop.signal);
  return packets;
}

/** Sends UDP datagrams to the far end, one with each of the texts. */
export async function send(texts: Iterable<string | Uint8Array>, port = 9): Promise<void> {
  const socket = createSocket("udp4");
  for (const text of texts) {
    await new Promise((resolve) => socket.send(text, port, FAR_ADDRESS, resolve));
  }
  socket.close();
}

/** Offset of a UDP payload behind Ethernet and IPv4 without options. */
export const UDP_PAYLOAD = 14 + 20 + 8;

/** The UDP payloads as text. */
export function payloads(packets: readonly Captured[]): string[] {
  return packets.map(({ bytes }) => new TextDecoder().decode(bytes.subarray(UDP_PAYLOAD)));
}

/** Ethernet with an 802.1Q tag (VLAN 5) and an ethertype for experiments (IEEE 802). */
export const TAGGED_FRAME = Uint8Array.from({ length: 1000 }, (_, index) => index)
  .with(12, 0x81).with(13, 0).with(14, 0).with(15, 5).with(16, 0x88).with(17, 0xb5);
