/** Where the flags of `decnet sniff` want packets from. */
import { STDIN_PATH } from "../lib/net/capture_source.ts";
import { UsageError } from "./exit_code.ts";
import type { SniffFlags } from "./sniff_flags.ts";

/** Captures to read, one after the other, and interfaces to capture from meanwhile. */
export interface Inputs {
  readonly files: readonly string[];
  readonly devices: readonly string[];
}

/**
 * DECNET's interfaces of the host towards its decoys. They carry what host and decoys say to each
 * other, and nothing of what comes from outside.
 */
const BLIND_INTERFACE = /^decnet_(?:mac|ip)vlan\d+$/;

/**
 * The files and interfaces that are named; where none is, the interface of the state file.
 *
 * @param filter words of a capture filter
 * @param decoyInterface the interface that the state file names
 * @throws {UsageError} when there is nothing to read, or a filter for files
 */
export function inputsOf(
  flags: SniffFlags,
  filter: readonly string[],
  decoyInterface: string | undefined,
): Inputs {
  const files = flags.read ?? [];
  // Packets of an interface that is named twice are not twice as many.
  const devices = [...new Set(flags.interface)];
  if (devices.length === 0 && files.length === 0) {
    return { files, devices: [defaultInterface(decoyInterface)] };
  }
  if (devices.length === 0 && filter.length > 0) {
    throw new UsageError(
      `a capture filter ("${filter.join(" ")}") needs -i`,
      "for a file: tcpdump -r FILE -w - FILTER | decnet sniff -r -",
    );
  }
  return { files, devices };
}

/** True for a capture that comes while it is read: standard input, a named pipe. */
export function isStream(path: string): boolean {
  if (path === STDIN_PATH) return true;
  try {
    return !Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function defaultInterface(ofState: string | undefined): string {
  if (ofState === undefined) {
    throw new UsageError(
      "nothing to read",
      "decnet sniff -r capture.pcap, or -i INTERFACE; decnet sniff --list-interfaces names them",
    );
  }
  if (BLIND_INTERFACE.test(ofState)) {
    throw new UsageError(
      `nothing to read: the state file names ${ofState}, which nothing from outside passes`,
      "-i with the interface that the decoys are attached to; decnet sniff --list-interfaces",
    );
  }
  return ofState;
}
