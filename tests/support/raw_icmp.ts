/** Builds ICMP messages, for tests. */
import { ByteWriter } from "../../lib/bytes.ts";

/** An error of either version without a checksum. @param word the second half of its header */
export function icmpMessage(
  type: number,
  code: number,
  word: number,
  quote: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return new ByteWriter().u8(type).u8(code).u16(0).uint(4, word).bytes(quote).finish();
}

/** A reply to an ICMPv6 echo request. */
export function echoReply6(id: number, sequence: number): Uint8Array<ArrayBuffer> {
  return new ByteWriter().u8(129).u8(0).u16(0).u16(id).u16(sequence).finish();
}
