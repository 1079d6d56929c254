/** What is known of a host: every hash, when it was seen, and what it replaced. */
import type { StateStore } from "../store/state_store.ts";
import { FINGERPRINTS, type FingerprintState, type PastHash } from "./rotation.ts";

/** One (port, probe) of a host. */
export interface HistoryEntry {
  readonly port: number;
  readonly probe: string;
  /** The name that was asked for; empty for an address. */
  readonly name: string;
  /** Oldest first; the last one is the present one. Times are RFC 3339. */
  readonly hashes: readonly PastHash[];
  /** Changes, also those that are no longer listed. */
  readonly rotations: number;
}

/** The history of `address` in canonical form, by port and probe. */
export async function readHistory(store: StateStore, address: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  const prefix = `${FINGERPRINTS}${address}/`;
  for await (const { key, value } of store.scan(prefix)) {
    const [port, probe, ...name] = key.slice(prefix.length).split("/");
    if (port === undefined || probe === undefined) continue;
    const { hash, hash_since, last_seen, rotation_count, past } =
      value as unknown as FingerprintState;
    const present = { hash, first_seen: hash_since, last_seen };
    entries.push({
      port: Number(port),
      probe,
      name: name.join("/"),
      hashes: [...past ?? [], present],
      rotations: rotation_count,
    });
  }
  return entries.sort((a, b) =>
    a.port - b.port || (a.probe < b.probe ? -1 : a.probe > b.probe ? 1 : a.name < b.name ? -1 : 1)
  );
}
