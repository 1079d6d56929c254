/** HASSH and HASSHServer (Salesforce, BSD-3): MD5 over the algorithms that one side offers. */
import { md5Hex } from "../hash.ts";
import type { KexInit } from "../ssh/kexinit.ts";

/** A fingerprint and the text that it is the hash of. */
export interface Hassh {
  /** 32 hex digits. */
  readonly hash: string;
  /** `kex;encryption;mac;compression`, each list as sent. */
  readonly raw: string;
}

/** HASSH of a client's KEXINIT: its lists for the direction client to server. */
export function hassh(client: KexInit): Hassh {
  return hasshOf(
    client.kexAlgorithms,
    client.encryptionClientToServer,
    client.macClientToServer,
    client.compressionClientToServer,
  );
}

/** HASSHServer of a server's KEXINIT: its lists for the direction server to client. */
export function hasshServer(server: KexInit): Hassh {
  return hasshOf(
    server.kexAlgorithms,
    server.encryptionServerToClient,
    server.macServerToClient,
    server.compressionServerToClient,
  );
}

function hasshOf(...lists: string[]): Hassh {
  const raw = lists.join(";");
  // The lists are Latin-1 text of the bytes sent; the hash is over those bytes.
  return { hash: md5Hex(Uint8Array.from(raw, (char) => char.charCodeAt(0))), raw };
}
