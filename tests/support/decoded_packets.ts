/** What our own reader and decoder find in a capture, in the form that tshark's findings have. */
import { formatAddress } from "../../lib/net/address.ts";
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { openCapture } from "../../lib/net/capture_source.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";
import type { TsharkPacket } from "./tshark_packets.ts";

/** The packets of the capture at `path` that hold IP, up to where it is damaged. */
export async function decodedPackets(path: string): Promise<TsharkPacket[]> {
  const found: TsharkPacket[] = [];
  const packet = new Packet();
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) return;
    found.push(describe(packet, reader.packets));
  });
  for await (const chunk of openCapture(path)) reader.push(chunk);
  return found;
}

function describe(packet: Packet, frame: number): TsharkPacket {
  const { bytes, addressLength } = packet;
  const address = (offset: number) => formatAddress(bytes.subarray(offset, offset + addressLength));
  const entry = Object.entries(TRANSPORT).find(([, number]) => number === packet.protocol);
  const hasTransport = entry !== undefined && packet.fragmentOffset === 0 && packet.l4Length > 0;
  return {
    frame,
    micros: packet.micros,
    captured: packet.captured,
    wire: packet.wire,
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
