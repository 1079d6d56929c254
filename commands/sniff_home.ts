/** What the operator says of the decoys: `--decoys` and `--home`. */
import type { Logger } from "@logtape/logtape";
import { type DecoyState, Home, readDecoyState } from "../lib/sniff/home.ts";
import { systemReason } from "../lib/system_error.ts";
import { readAddressSet } from "./address_sets.ts";
import { UsageError } from "./exit_code.ts";
import type { SniffFlags } from "./sniff_flags.ts";

/** Which addresses are decoys, and where they are. */
export interface Decoys {
  readonly home: Home;
  /** The interface that the state file names. */
  readonly interface: string | undefined;
}

/** Reads what the flags name. @throws {UsageError} for what cannot be read, or holds no decoy */
export async function readDecoys(
  { decoys: path, home: values }: SniffFlags,
  messages: Logger,
): Promise<Decoys> {
  const blocks = values && await readAddressSet("--home", values);
  if (path === undefined) return { home: new Home(new Map(), blocks), interface: undefined };
  const state = await readState(path);
  if (state.decoys.size === 0) {
    // An empty list would mean that everybody is to be told of, which nobody wants who gives one.
    if (blocks === undefined) {
      throw new UsageError(
        `--decoys: ${path} holds no decoy`,
        "--home CIDR says which addresses are decoys",
      );
    }
    messages.warn("{path} holds no decoy: those of --home alone count", { path });
  }
  return { home: new Home(state.decoys, blocks), interface: state.interface };
}

async function readState(path: string): Promise<DecoyState> {
  try {
    return readDecoyState(await Deno.readTextFile(path));
  } catch (error) {
    throw new UsageError(`--decoys: ${path}: ${systemReason(error)}`);
  }
}
