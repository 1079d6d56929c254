/** Reads OpenSSH's list of host keys (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
import { createHmac } from "node:crypto";

/** A host's public key. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** As it goes over the wire. */
  readonly blob: Uint8Array;
}

/** What the list says of one host. */
export interface KnownHost {
  readonly keys: readonly HostKey[];
  /** Keys that must not be accepted. */
  readonly revoked: readonly HostKey[];
}

const DEFAULT_PORT = 22;

/** `|1|salt|HMAC-SHA1 of the name`. */
const HASHED = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/;

/** The keys of a host. Lines that cannot be read, and certificate authorities, are passed over. */
export function knownHost(text: string, hostname: string, port: number): KnownHost {
  const name = port === DEFAULT_PORT ? hostname : `[${hostname}]:${port}`;
  const keys: HostKey[] = [];
  const revoked: HostKey[] = [];
  for (const line of text.split("\n")) {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
    const [hosts, type, base64] = words;
    if (hosts === undefined || hosts.startsWith("#") || type === undefined) continue;
    const blob = decodeBase64(base64 ?? "");
    if (blob === undefined || !matches(hosts, name.toLowerCase())) continue;
    if (marker === undefined) keys.push({ type, blob });
    else if (marker === "@revoked") revoked.push({ type, blob });
  }
  return { keys, revoked };
}

/** True when one of the patterns matches, and none that is negated. */
function matches(hosts: string, name: string): boolean {
  let found = false;
  for (const pattern of hosts.split(",")) {
    const isNegated = pattern.startsWith("!");
    if (!matchesOne(isNegated ? pattern.slice(1) : pattern, name)) continue;
    if (isNegated) return false;
    found = true;
  }
  return found;
}

function matchesOne(pattern: string, name: string): boolean {
  const hashed = HASHED.exec(pattern);
  if (hashed !== null) {
    const salt = decodeBase64(hashed[1]!);
    return salt !== undefined &&
      createHmac("sha1", salt).update(name).digest("base64") === hashed[2];
  }
  const source = pattern.toLowerCase().replace(
    /[\\^$.*+?()[\]{}|/]/g,
    (character) => character === "*" ? ".*" : character === "?" ? "." : `\\${character}`,
  );
  return new RegExp(`^${source}$`).test(name);
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return text === "" ? undefined : Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
