/**
 * Passes Ethernet frames on between the interfaces `left` and `right` of the network namespace that it
 * is started in, late and with losses, until its stdin ends; prints `ready`.
 *
 * Usage: deno run -A raw_forwarder_child.ts '{"delayMs": 100, "outOf": 3, "lost": [0]}'
 */
import { cString } from "../../ffi/c_text.ts";
import { RawLibc } from "../../ffi/raw_libc.ts";
import { AF, DONT_WAIT, linkSocketAddress, RawSocket, SOCK, SOL } from "../../ffi/raw_socket.ts";
import { RawWait } from "../../ffi/raw_wait.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { foldChecksum, pseudoHeaderSum, sumWords } from "../../lib/raw/checksum.ts";
import { PROTOCOL, putU16 } from "../../lib/raw/ip_packet.ts";

/** What happens to frames on the way. */
export interface Forwarding {
  /** Milliseconds that each is held back. */
  readonly delayMs: number;
  /**
   * Of as many TCP, UDP and ICMP packets from left to right, those with these numbers are lost, counted
   * from 0 and again and again.
   */
  readonly outOf: number;
  readonly lost: readonly number[];
}

/** linux/if_ether.h: ETH_P_ALL. linux/if_packet.h: PACKET_IGNORE_OUTGOING. */
const ALL = 3;
const IGNORE_OUTGOING = 23;

const ETHERNET = 1;
const LONGEST = 65_536;

/** Where the checksum stands in the transport header. */
const CHECKSUM: ReadonlyMap<number, number> = new Map([[PROTOCOL.tcp, 16], [PROTOCOL.udp, 6]]);

/** A socket for whole frames, and the address of its interface. */
interface Port {
  readonly socket: RawSocket;
  readonly address: Uint8Array<ArrayBuffer>;
}

function open(libc: RawLibc, device: string): Port {
  const socket = new RawSocket(libc, AF.packet, SOCK.raw, 0);
  const address = linkSocketAddress(ALL, libc.symbols.if_nametoindex(cString(device)));
  socket.setOption(SOL.packet, IGNORE_OUTGOING, 1);
  socket.bind(address);
  return { socket, address };
}

/** A kernel leaves checksums to the network card; a virtual one hands the packet on without. */
function fillChecksum(packet: Packet): void {
  const { bytes, sourceOffset, destinationOffset, addressLength, protocol } = packet;
  const at = CHECKSUM.get(protocol);
  if (at === undefined || packet.isFragment) return;
  const { l4Offset, l4Length } = packet;
  const source = bytes.subarray(sourceOffset, sourceOffset + addressLength);
  const destination = bytes.subarray(destinationOffset, destinationOffset + addressLength);
  putU16(bytes, l4Offset + at, 0);
  const pseudo = pseudoHeaderSum(source, destination, protocol, l4Length);
  putU16(bytes, l4Offset + at, foldChecksum(sumWords(bytes, l4Offset, l4Length, pseudo)));
}

class Direction {
  #count = 0;
  readonly #packet = new Packet();

  constructor(
    readonly libc: RawLibc,
    readonly from: Port,
    readonly to: Port,
    readonly forwarding: Forwarding,
  ) {}

  drain(): void {
    const { recv } = this.libc.symbols;
    while (true) {
      const frame = new Uint8Array(new ArrayBuffer(LONGEST));
      const length = recv(this.from.socket.descriptor, frame, BigInt(LONGEST), DONT_WAIT);
      if (length <= 0) return;
      this.#take(frame.subarray(0, length));
    }
  }

  #take(frame: Uint8Array<ArrayBuffer>): void {
    const { delayMs, outOf, lost } = this.forwarding;
    const packet = this.#packet;
    const isIp = decodePacket(packet, frame, 0, frame.length, frame.length, 0, ETHERNET);
    // Neighbour discovery is spared.
    const counts = isIp && !(packet.protocol === PROTOCOL.icmpv6 && packet.sourcePort > 127);
    if (counts && lost.includes(this.#count++ % outOf)) return;
    if (isIp) fillChecksum(packet);
    const { socket, address } = this.to;
    const send = () => {
      const { sendto } = this.libc.symbols;
      const length = BigInt(frame.length);
      sendto(socket.descriptor, frame, length, DONT_WAIT, address, address.length);
    };
    if (delayMs > 0) setTimeout(send, delayMs);
    else send();
  }
}

if (import.meta.main) {
  const forwarding = JSON.parse(Deno.args[0]!) as Forwarding;
  const libc = new RawLibc();
  const left = open(libc, "left");
  const right = open(libc, "right");
  const directions = [
    new Direction(libc, left, right, forwarding),
    new Direction(libc, right, left, { ...forwarding, lost: [] }),
  ];
  const wait = new RawWait(libc, [left.socket.descriptor, right.socket.descriptor]);
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  Deno.stdin.readable.pipeTo(new WritableStream()).then(() => Deno.exit());
  while (true) {
    await wait.forPackets();
    for (const direction of directions) direction.drain();
  }
}
