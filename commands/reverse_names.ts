/** Names of addresses, out of DNS. */
import { addressBytes } from "../lib/net/address.ts";

/** Questions under way at a time. */
const AT_A_TIME = 16;

/** How long an answer may take, in milliseconds. */
const PATIENCE_MS = 2000;

/** Longest name (RFC 1035 2.3.4). */
const MAX_NAME = 253;

/** The name of each address that has one. */
export async function reverseNames(addresses: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const queue = addresses.values();
  const worker = async () => {
    for (const address of queue) {
      const name = await nameOf(address);
      if (name !== undefined) names.set(address, name);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return names;
}

async function nameOf(address: string): Promise<string | undefined> {
  const question = reverseName(address);
  if (question === undefined) return undefined;
  try {
    const [answer] = await Deno.resolveDns(question, "PTR", {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer?.replace(/\.$/, "").slice(0, MAX_NAME);
  } catch {
    // No name, no answer, no name server: nothing is known either way.
    return undefined;
  }
}

/** The name under which the pointer stands (RFC 1035 3.5, RFC 3596 2.5). */
export function reverseName(address: string): string | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  if (bytes.length === 4) return `${[...bytes].reverse().join(".")}.in-addr.arpa`;
  const nibbles = [...bytes].flatMap((byte) => [byte >> 4, byte & 15]).reverse();
  return `${nibbles.map((nibble) => nibble.toString(16)).join(".")}.ip6.arpa`;
}
