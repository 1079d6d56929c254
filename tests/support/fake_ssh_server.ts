/** What SSH servers say, for tests. */
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import type { KexInit } from "../../lib/ssh/kexinit.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";

/** What OpenSSH 9.2p1 of Debian 12 offers by default, with RSA, Ed25519 and ECDSA keys. */
export const OPENSSH_9_2: KexInit = {
  kexAlgorithms: [
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
    "kex-strict-s-v00@openssh.com",
  ].join(","),
  hostKeyAlgorithms: "rsa-sha2-512,rsa-sha2-256,ssh-ed25519,ecdsa-sha2-nistp256",
  ...bothWays("encryption", [
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
  ]),
  ...bothWays("mac", [
    "umac-64-etm@openssh.com",
    "umac-128-etm@openssh.com",
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha1-etm@openssh.com",
    "umac-64@openssh.com",
    "umac-128@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
  ]),
  ...bothWays("compression", ["none", "zlib@openssh.com"]),
  languagesClientToServer: "",
  languagesServerToClient: "",
};

function bothWays<Name extends "encryption" | "mac" | "compression">(
  name: Name,
  algorithms: readonly string[],
) {
  const list = algorithms.join(",");
  return { [`${name}ClientToServer`]: list, [`${name}ServerToClient`]: list } as Record<
    `${Name}ClientToServer` | `${Name}ServerToClient`,
    string
  >;
}

/** The payload of a KEXINIT (RFC 4253 7.1). */
export function kexInitPayload(kexInit: KexInit): Uint8Array {
  const writer = new ByteWriter().u8(20).bytes(new Uint8Array(16).fill(0xc0));
  for (
    const list of [
      kexInit.kexAlgorithms,
      kexInit.hostKeyAlgorithms,
      kexInit.encryptionClientToServer,
      kexInit.encryptionServerToClient,
      kexInit.macClientToServer,
      kexInit.macServerToClient,
      kexInit.compressionClientToServer,
      kexInit.compressionServerToClient,
      kexInit.languagesClientToServer,
      kexInit.languagesServerToClient,
    ]
  ) writer.vector(4, (field) => field.bytes(latin1Bytes(list)));
  return writer.u8(0).uint(4, 0).finish();
}

/** `payload` as a binary packet, padded to a multiple of 8 with 4 bytes at the least (RFC 4253 6). */
export function packet(payload: Uint8Array): Uint8Array {
  const padding = 4 + (8 - (payload.length + 9) % 8) % 8;
  return new ByteWriter()
    .vector(4, (body) => body.u8(padding).bytes(payload).bytes(new Uint8Array(padding)))
    .finish();
}

/** SSH_MSG_DISCONNECT with reason 2, protocol error (RFC 4253 11.1). */
export function disconnectPayload(description: string): Uint8Array {
  return new ByteWriter().u8(1).uint(4, 2)
    .vector(4, (field) => field.bytes(latin1Bytes(description)))
    .vector(4, () => {})
    .finish();
}

/** All that a server says up to its KEXINIT. */
export function serverOpening(banner: string, kexInit: KexInit = OPENSSH_9_2): Uint8Array {
  return concatBytes(latin1Bytes(`${banner}\r\n`), packet(kexInitPayload(kexInit)));
}
