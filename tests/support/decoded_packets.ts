/** What our own reader and decoder find in a capture, in the form that tshark's findings have. */
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { formatAddress } from "../../lib/net/address.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";
import type { TsharkPacket } from "./tshark_packets.ts";

/** The packets of `capture` that hold IP. @throws {Error} when the capture is damaged */
export function decodedPackets(capture: Uint8Array): TsharkPacket[] {
  const found: TsharkPacket[] = [];
  const packet = new Packet();
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) return;
    found.push(describe(packet, reader.packets));
  });
  reader.push(capture);
  reader.end();
  if (reader.damage !== undefined) throw new Error(reader.damage);
  return found;
}

function describe(packet: Packet, frame: number): TsharkPacket {
  const { bytes, addressLength } = packet;
  const address = (offset: number) => formatAddress(bytes.subarray(offset, offset + addressLength));
  const entry = Object.entries(TRANSPORT).find(([, number]) => number === packet.protocol);
  const hasTransport = entry !== undefined && packet.fragmentOffset === 0 && packet.l4Length > 0;
  return {
    frame,
    source: address(packet.sourceOffset),
    destination: address(packet.destinationOffset),
    transport: hasTransport ? entry[0] : "",
    sourcePort: packet.sourcePort,
    destinationPort: packet.destinationPort,
    ttl: packet.ttl,
    trafficClass: packet.trafficClass,
    ...(packet.tcpHeaderLength > 0
      ? {
        tcp: [
          packet.sequence,
          packet.acknowledgement,
          packet.tcpFlags,
          packet.window,
          packet.tcpHeaderLength,
          packet.payloadLength + packet.payloadMissing,
        ],
      }
      : {}),
  };
}
