/** Decodes the header blocks of one HTTP/2 connection (RFC 7541). */
import { ByteReader } from "../bytes.ts";
import { HpackTable } from "./hpack_table.ts";
import { decodeHuffman } from "./huffman.ts";
import { latin1 } from "../text/latin1.ts";
import { type Header, MAX_HEAD_LENGTH, MAX_HEADERS } from "./request.ts";

/** What a header block holds, pseudo-header fields included. */
export interface HeaderBlock {
  readonly headers: readonly Header[];
  /** True when there was more than is kept. */
  readonly truncated: boolean;
}

/** Bytes of an integer after its first; more would not be exact, nor be of use. */
const MAX_INTEGER_BYTES = 4;

/** Gives header blocks, which must come in the order in which they were sent. */
export class HpackDecoder {
  readonly #table = new HpackTable();

  /** Bytes of memory that the table holds, about. */
  get held(): number {
    return this.#table.size;
  }

  /**
   * Decodes one block. Undefined when it is malformed: the decoder is of no use after that, because
   * it no longer knows what the client's table holds.
   */
  decode(block: Uint8Array): HeaderBlock | undefined {
    const reader = new ByteReader(block);
    const headers: Header[] = [];
    let size = 0;
    let truncated = false;
    while (reader.remaining > 0) {
      const header = this.#next(reader);
      if (header === undefined || reader.failed) return undefined;
      if (header === "resized") continue;
      // A few bytes can name a long entry of the table again and again.
      size += header.name.length + header.value.length;
      truncated ||= headers.length === MAX_HEADERS || size > MAX_HEAD_LENGTH;
      if (!truncated) headers.push(header);
    }
    return { headers, truncated };
  }

  /** One representation (RFC 7541 6). */
  #next(reader: ByteReader): Header | "resized" | undefined {
    const first = reader.u8();
    if (first >= 0x80) return this.#table.at(integer(reader, first, 7));
    if (first >= 0x20 && first < 0x40) {
      return this.#table.resize(integer(reader, first, 5)) ? "resized" : undefined;
    }
    const indexed = first >= 0x40;
    const index = integer(reader, first, indexed ? 6 : 4);
    const name = index === 0 ? string(reader) : this.#table.at(index)?.name;
    const value = string(reader);
    if (name === undefined || value === undefined || reader.failed) return undefined;
    const header = { name, value };
    if (indexed) this.#table.add(header);
    return header;
  }
}

/** An integer whose first `bits` bits are the last of `first` (RFC 7541 5.1); Infinity if longer. */
function integer(reader: ByteReader, first: number, bits: number): number {
  const mask = 2 ** bits - 1;
  let value = first & mask;
  if (value < mask) return value;
  for (let index = 0; index < MAX_INTEGER_BYTES; index++) {
    const byte = reader.u8();
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  return Infinity;
}

/** A string, Huffman-coded or not (RFC 7541 5.2). */
function string(reader: ByteReader): string | undefined {
  const first = reader.u8();
  const bytes = reader.take(integer(reader, first, 7));
  return first >= 0x80 ? decodeHuffman(bytes) : latin1(bytes);
}
