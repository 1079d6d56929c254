/** HASSH and HASSHServer (Salesforce, BSD-3): MD5 over the algorithms that one side offers. */
import { md5Hex } from "../hash.ts";
import type { KexInit } from "../ssh/kexinit.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { HashMemo } from "./hash_memo.ts";

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

// The lists are Latin-1 text of the bytes sent; the hash is over those bytes.
const hashes = new HashMemo((raw) => md5Hex(latin1Bytes(raw)));

function hasshOf(...lists: string[]): Hassh {
  const raw = lists.join(";");
  return { hash: hashes.hash(raw), raw };
}
