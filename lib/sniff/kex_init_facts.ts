/** What the key exchange lists of SSH tell, remembered for as long as the lists are. */
import { SharedFields } from "../event/shared_fields.ts";
import { hassh, hasshServer } from "../fingerprint/hassh.ts";
import { type KexInit, names } from "../ssh/kexinit.ts";

/** Facts of one side's lists. */
export interface KexInitFacts {
  readonly hash: string;
  /** HASSH or HASSHServer. */
  readonly fingerprint: SharedFields;
  readonly algorithms: SharedFields;
}

/** Of servers and of clients. Readers of lists give the same object for the same bytes. */
const remembered = [
  new WeakMap<KexInit, KexInitFacts>(),
  new WeakMap<KexInit, KexInitFacts>(),
] as const;

/** Facts of `lists`, which a client has sent or a server. */
export function kexInitFacts(lists: KexInit, ofClient: boolean): KexInitFacts {
  const facts = remembered[ofClient ? 1 : 0];
  const known = facts.get(lists);
  if (known !== undefined) return known;
  const fresh = readFacts(lists, ofClient);
  facts.set(lists, fresh);
  return fresh;
}

function readFacts(lists: KexInit, ofClient: boolean): KexInitFacts {
  const { hash, raw } = ofClient ? hassh(lists) : hasshServer(lists);
  const own = ofClient ? "hassh" : "hassh_server";
  return {
    hash,
    fingerprint: new SharedFields({ [own]: hash, [`${own}_raw`]: raw }),
    algorithms: new SharedFields({
      kex_algorithms: names(lists.kexAlgorithms),
      host_key_algorithms: names(lists.hostKeyAlgorithms),
      encryption_c2s: names(lists.encryptionClientToServer),
      encryption_s2c: names(lists.encryptionServerToClient),
      mac_c2s: names(lists.macClientToServer),
      mac_s2c: names(lists.macServerToClient),
      compression_c2s: names(lists.compressionClientToServer),
      compression_s2c: names(lists.compressionServerToClient),
    }),
  };
}
