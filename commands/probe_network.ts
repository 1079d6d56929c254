/** What `decnet probe` needs of the network: streams from an address, and names. */
import { type OpenStream, openStream } from "../lib/probe/dialer.ts";
import { UsageError } from "./exit_code.ts";

/** Opens streams, from `sourceIp` where there is one. @throws {UsageError} when it is not ours */
export async function streamOpener(sourceIp: string | undefined): Promise<OpenStream> {
  if (sourceIp === undefined) return openStream;
  try {
    Deno.listen({ hostname: sourceIp, port: 0 }).close();
  } catch {
    throw new UsageError(`--source-ip: ${sourceIp} is not an address of this machine`);
  }
  return (await import("../lib/probe/source_address.ts")).openStreamFrom(sourceIp);
}

/** First address of a name by the system's resolver, /etc/hosts included. */
export async function resolveName(name: string): Promise<string | undefined> {
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(name)).address;
  } catch {
    return undefined;
  }
}
