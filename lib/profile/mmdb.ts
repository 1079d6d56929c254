/**
 * Reads MaxMind DB files (format version 2.0): a binary trie from the bits of addresses to records. A damaged
 * file gives no records; it makes nothing fail or run on.
 */
import { addressBytes } from "../net/address.ts";
import { MmdbDecoder } from "./mmdb_decoder.ts";

/** What stands before the metadata: three bytes and a name. */
const MARKER = Uint8Array.from([0xab, 0xcd, 0xef, ...new TextEncoder().encode("MaxMind.com")]);

/** The metadata is within so many bytes of the end. */
const METADATA_REACH = 128 * 1024;

/** Zeros between the trie and the records. */
const SEPARATOR = 16;

/** Bits above an IPv4 address in a trie of IPv6 addresses. */
const V4_PREFIX = 96;

/** A database of networks. */
export class Mmdb {
  readonly #bytes: Uint8Array;
  readonly #records: MmdbDecoder;
  readonly #nodes: number;
  readonly #recordSize: number;
  readonly #isV6: boolean;

  private constructor(bytes: Uint8Array, nodes: number, recordSize: number, isV6: boolean) {
    this.#bytes = bytes;
    this.#nodes = nodes;
    this.#recordSize = recordSize;
    this.#isV6 = isV6;
    this.#records = new MmdbDecoder(bytes.subarray(nodes * recordSize / 4 + SEPARATOR));
  }

  /** The database in `bytes`; undefined when it is none. */
  static open(bytes: Uint8Array): Mmdb | undefined {
    const start = markerEnd(bytes);
    if (start === undefined) return undefined;
    const metadata = new MmdbDecoder(bytes.subarray(start)).value(0);
    if (!(metadata instanceof Map)) return undefined;
    const [nodes, size, version] = ["node_count", "record_size", "ip_version"]
      .map((name) => metadata.get(name));
    if (typeof nodes !== "number" || !Number.isSafeInteger(nodes) || nodes < 1) return undefined;
    if (size !== 24 && size !== 28 && size !== 32) return undefined;
    if (version !== 4 && version !== 6) return undefined;
    if (nodes * size / 4 + SEPARATOR > start) return undefined;
    return new Mmdb(bytes, nodes, size, version === 6);
  }

  /** The record of the network that `address` is in; undefined when there is none. */
  get(address: string): unknown {
    const bytes = addressBytes(address);
    if (bytes === undefined || bytes.length === 16 && !this.#isV6) return undefined;
    let node = 0;
    if (bytes.length === 4 && this.#isV6) {
      for (let bit = 0; bit < V4_PREFIX && node < this.#nodes; bit++) node = this.#child(node, 0);
    }
    for (let bit = 0; bit < bytes.length * 8 && node < this.#nodes; bit++) {
      node = this.#child(node, bytes[bit >> 3]! >> (7 - bit % 8) & 1);
    }
    return node <= this.#nodes ? undefined : this.#records.value(node - this.#nodes - SEPARATOR);
  }

  /** The record on one side of a node: left first, 28 bits with their high ones in the middle byte. */
  #child(node: number, side: number): number {
    const size = this.#recordSize;
    const at = node * size / 4 + side * (size >> 3);
    const byte = (index: number) => this.#bytes[index] ?? 0;
    if (size === 32) {
      return (byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3)) >>> 0;
    }
    if (size === 24) return byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    const start = node * 7;
    const middle = byte(start + 3);
    return side === 0
      ? (middle >> 4) << 24 | byte(start) << 16 | byte(start + 1) << 8 | byte(start + 2)
      : (middle & 0xf) << 24 | byte(start + 4) << 16 | byte(start + 5) << 8 | byte(start + 6);
  }
}

/** The index behind the last marker. */
function markerEnd(bytes: Uint8Array): number | undefined {
  const lowest = Math.max(0, bytes.length - METADATA_REACH);
  for (let at = bytes.length - MARKER.length; at >= lowest; at--) {
    if (bytes[at] === MARKER[0] && MARKER.every((byte, index) => bytes[at + index] === byte)) {
      return at + MARKER.length;
    }
  }
  return undefined;
}
