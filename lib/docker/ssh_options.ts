/** How an engine behind SSH is reached: by whose key, and with which of its own. */
import { equalBytes } from "../bytes.ts";
import type { DockerHost, Environment } from "./docker_host.ts";
import { EngineError } from "./engine.ts";
import { type HostKey, knownHost } from "./known_hosts.ts";

/** Keys of a user, in the order in which they are tried. */
const IDENTITIES = ["id_ed25519", "id_ecdsa", "id_rsa"];

const CONNECT_WITHIN_MS = 10_000;

/** A connection over a network may be dead without a word. */
const KEEP_ALIVE_MS = 15_000;

/** Keys that the client can check, each with the signatures it makes (RFC 5656, 8332, 8709). */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/**
 * Options of the SSH client. The host must be known to OpenSSH: whoever stood in its place could print what
 * he likes into the log.
 *
 * @throws {EngineError} when it is not, or there is no key to be let in with
 */
export async function sshOptions(
  { hostname, port, user }: Extract<DockerHost, { kind: "ssh" }>,
  env: Environment,
): Promise<Record<string, unknown>> {
  const folder = `${env["HOME"] ?? ""}/.ssh`;
  const lists = await Promise.all(
    [`${folder}/known_hosts`, "/etc/ssh/ssh_known_hosts"].map(readIfThere),
  );
  const { keys, revoked } = knownHost(lists.join("\n"), hostname, port);
  const signatures = [...new Set(keys.flatMap(({ type }) => SIGNATURES[type] ?? []))];
  if (signatures.length === 0) {
    const target = `${user === undefined ? "" : `${user}@`}${hostname}`;
    throw new EngineError(`the host key of ${hostname} is not known`, {
      hint: `connect once with ssh -p ${port} ${target}`,
    });
  }
  const agent = env["SSH_AUTH_SOCK"];
  const privateKey = await findIdentity(folder);
  if (!agent && privateKey === undefined) {
    throw new EngineError(`there is no SSH agent, and no key without a passphrase in ${folder}`, {
      hint: "ssh-agent and ssh-add, or ssh-keygen for a key of its own",
    });
  }
  return {
    ...(agent ? { agent } : {}),
    ...(privateKey === undefined ? {} : { privateKey }),
    readyTimeout: CONNECT_WITHIN_MS,
    keepaliveInterval: KEEP_ALIVE_MS,
    // Others would be keys that are not in the list.
    algorithms: { serverHostKey: signatures },
    hostVerifier: (offered: Uint8Array) => {
      const isOffered = ({ blob }: HostKey) => equalBytes(blob, offered);
      return keys.some(isOffered) && !revoked.some(isOffered);
    },
  };
}

/** The first key that needs no passphrase. */
async function findIdentity(folder: string): Promise<string | undefined> {
  for (const name of IDENTITIES) {
    const key = await readIfThere(`${folder}/${name}`);
    if (key !== "" && !isEncrypted(key)) return key;
  }
  return undefined;
}

/** PEM says so; OpenSSH's own format (PROTOCOL.key) begins with a magic and the name of the cipher. */
function isEncrypted(key: string): boolean {
  if (key.includes("ENCRYPTED")) return true;
  const content = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)/.exec(key)?.[1];
  return content !== undefined && !atob(content.replace(/\s/g, "")).startsWith(
    "openssh-key-v1\0\0\0\0\x04none",
  );
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}
