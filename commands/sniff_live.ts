/** Opens the interfaces that `decnet sniff` captures from, and gives up the right to do so. */
import type { Logger } from "@logtape/logtape";
import type { SniffFlags } from "./sniff_flags.ts";
import { type LiveSource, liveSource } from "./sniff_sources.ts";

const KIB = 1024;

/** Interfaces that are open. */
export interface OpenInterfaces {
  readonly sources: readonly LiveSource[];
  /** Whom root became once they were open; undefined when nobody had to change. */
  readonly user: string | undefined;
}

/**
 * Captures on all of `devices`, which keep packets from here on.
 *
 * @param filter words of a capture filter
 * @param output path of a file that is to be written afterwards
 * @throws {UserError}
 */
export async function openInterfaces(
  devices: readonly string[],
  filter: readonly string[],
  output: string | undefined,
  flags: SniffFlags,
  messages: Logger,
): Promise<OpenInterfaces> {
  if (devices.length === 0) return { sources: [], user: undefined };
  const sources: LiveSource[] = [];
  for (const device of devices) {
    const source = await liveSource({
      device,
      filter: filter.join(" "),
      snaplen: flags.snaplen,
      promiscuous: flags.promiscuous,
      bufferSize: flags.buffer * KIB,
    });
    for (const warning of source.warnings) messages.warn("{warning}", { warning });
    sources.push(source);
  }
  // Only here: it loads what calls the C library.
  const { leaveRoot } = await import("./privileges.ts");
  return { sources, user: leaveRoot(flags.user, output) };
}
