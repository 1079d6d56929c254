/** The first words of an SSH server, true or not, for scripted servers. */
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import { SSH_MESSAGE } from "../../lib/ssh/packet.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";

/** The ten name-lists of a KEXINIT in the order of RFC 4253 7.1. */
export type NameLists = readonly string[];

/** Ten harmless lists whose key exchange list is `kex`: servers with another one have another hash. */
export function nameLists(kex: string): NameLists {
  const pair = (name: string) => [name, name];
  return [
    ...[kex, "ssh-ed25519", ...pair("aes128-ctr"), ...pair("hmac-sha2-256")],
    ...[...pair("none"), ...pair("")],
  ];
}

/** A banner line and a KEXINIT packet (RFC 4253 4.2 and 6); the lists are one byte a character. */
export function sshOpening(banner: string, lists: NameLists): Uint8Array {
  const payload = new ByteWriter().u8(SSH_MESSAGE.kexinit).bytes(new Uint8Array(16));
  for (const list of lists) payload.vector(4, (field) => field.bytes(latin1Bytes(list)));
  const body = payload.u8(0).uint(4, 0).finish();
  // RFC 4253 6: length, padding length, payload and at least 4 of padding are a multiple of 8.
  const padding = 4 + (8 - (5 + body.length + 4) % 8) % 8;
  const packet = new ByteWriter().uint(4, 1 + body.length + padding).u8(padding).bytes(body)
    .bytes(new Uint8Array(padding)).finish();
  return concatBytes(latin1Bytes(`${banner}\r\n`), packet);
}
