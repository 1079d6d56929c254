/** Test support: writes DHCP messages. */
import { ByteWriter, concatBytes, fromHex } from "../../lib/bytes.ts";

/** An option of DHCP over IPv4. */
export function option4(code: number, ...data: number[]): Uint8Array {
  return Uint8Array.of(code, data.length, ...data);
}

/** Parts of a DHCP message over IPv4. */
export interface Dhcpv4Parts {
  readonly operation?: number;
  readonly serverName?: Uint8Array;
  readonly file?: Uint8Array;
}

/** A DHCP message over IPv4 with `options`, which bring their own end if they are to have one. */
export function dhcpv4(options: readonly Uint8Array[], parts: Dhcpv4Parts = {}): Uint8Array {
  const { operation = 1, serverName = new Uint8Array(0), file = new Uint8Array(0) } = parts;
  return new ByteWriter()
    .u8(operation)
    .bytes(fromHex("010600"))
    .uint(4, 0x12345678)
    .bytes(new Uint8Array(20))
    .bytes(fromHex("020000000001"))
    .bytes(new Uint8Array(10))
    .bytes(serverName)
    .bytes(new Uint8Array(64 - serverName.length))
    .bytes(file)
    .bytes(new Uint8Array(128 - file.length))
    .bytes(fromHex("63825363"))
    .bytes(concatBytes(...options))
    .finish();
}

/** The end of the options. */
export const END = Uint8Array.of(255);

/** An option of DHCP over IPv6. */
export function option6(code: number, ...data: (Uint8Array | readonly number[])[]): Uint8Array {
  const bytes = concatBytes(...data.map((part) => Uint8Array.from(part)));
  return new ByteWriter().u16(code).u16(bytes.length).bytes(bytes).finish();
}

/** A DHCP message over IPv6. */
export function dhcpv6(type: number, ...options: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(type, 1, 2, 3), ...options);
}

/** A message of a relay agent. */
export function relay6(type: number, ...options: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(type, 0), new Uint8Array(32), ...options);
}
