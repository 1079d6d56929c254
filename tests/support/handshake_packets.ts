/** The SYNs and SYN-ACKs of a capture. */
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { formatAddress } from "../../lib/net/address.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { readTcpOptions, TcpOptions } from "../../lib/net/tcp_options.ts";
import { TRANSPORT } from "../../lib/net/transport.ts";

const FIN_SYN_RST = 0x07;
const SYN = 0x02;
const ACK = 0x10;

/** One of them; the packet and its options are only good during the call that brings it. */
export interface HandshakePacket {
  readonly packet: Packet;
  readonly options: TcpOptions;
  readonly isSynAck: boolean;
  /** `address port address port`, the side that opens first. */
  readonly flow: string;
}

/** Calls `visit` for each whole SYN and SYN-ACK of the capture at `path`. */
export function readHandshakes(path: string, visit: (found: HandshakePacket) => void): void {
  const packet = new Packet();
  const options = new TcpOptions();
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) return;
    if (packet.protocol !== TRANSPORT.tcp || (packet.tcpFlags & FIN_SYN_RST) !== SYN) return;
    if (!readTcpOptions(options, packet)) return;
    const isSynAck = (packet.tcpFlags & ACK) !== 0;
    visit({ packet, options, isSynAck, flow: flowOf(packet, isSynAck) });
  });
  reader.push(Deno.readFileSync(path));
  reader.end();
}

function flowOf(packet: Packet, isSynAck: boolean): string {
  const { bytes, addressLength, sourceOffset, destinationOffset } = packet;
  const address = (offset: number) => formatAddress(bytes.subarray(offset, offset + addressLength));
  const source = `${address(sourceOffset)} ${packet.sourcePort}`;
  const destination = `${address(destinationOffset)} ${packet.destinationPort}`;
  return isSynAck ? `${destination} ${source}` : `${source} ${destination}`;
}
