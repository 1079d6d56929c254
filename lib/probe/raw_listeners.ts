/** Hands answers to the probes that wait for them. */
import { formatAddress } from "../net/address.ts";
import type { Packet } from "../net/packet.ts";
import { ECHO_TYPE } from "../raw/echo.ts";
import { readIcmpError } from "../raw/icmp_error.ts";
import { PROTOCOL } from "../raw/ip_packet.ts";
import type { PacketListener, PacketOrigin } from "./raw_network.ts";

/** Listeners by the address that they wait for. */
export class RawListeners {
  readonly #byAddress = new Map<string, Set<PacketListener>>();
  readonly #forAll = new Set<PacketListener>();

  /** True when nobody listens. */
  get empty(): boolean {
    return this.#byAddress.size === 0 && this.#forAll.size === 0;
  }

  /** See RawNetwork.listen. */
  add(address: Uint8Array | undefined, listener: PacketListener): () => void {
    if (address === undefined) {
      this.#forAll.add(listener);
      return () => this.#forAll.delete(listener);
    }
    const key = formatAddress(address);
    const listeners = this.#byAddress.get(key) ?? new Set();
    this.#byAddress.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      // By now another set may stand there.
      if (listeners.size === 0 && this.#byAddress.get(key) === listeners) {
        this.#byAddress.delete(key);
      }
    };
  }

  /** Hands a packet to those that wait for it. */
  deliver(packet: Packet, origin: PacketOrigin): void {
    for (const listener of this.#forAll) listener(packet, origin);
    if (this.#byAddress.size === 0) return;
    const address = askedAddress(packet);
    if (address === undefined) return;
    for (const listener of this.#byAddress.get(formatAddress(address)) ?? []) {
      listener(packet, origin);
    }
  }
}

/** Whom the packet was sent to that this one answers: not always whom this one is from. */
function askedAddress(packet: Packet): Uint8Array | undefined {
  const { protocol, bytes, sourceOffset, addressLength, sourcePort: type } = packet;
  const isEcho = protocol === PROTOCOL.icmpv6 && type === ECHO_TYPE.reply6;
  if (protocol !== PROTOCOL.tcp && !isEcho) return readIcmpError(packet)?.destination;
  return bytes.subarray(sourceOffset, sourceOffset + addressLength);
}
