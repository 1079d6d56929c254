/** `decnet probe --history IP`: every hash of a host with its times, as a table or as JSON lines. */
import { type HistoryEntry, readHistory } from "../lib/probe/history.ts";
import { WHOLE_HOST } from "../lib/probe/probe.ts";
import type { StateStore } from "../lib/store/state_store.ts";
import type { Style } from "../lib/terminal/style.ts";
import { columns } from "./columns.ts";

/** The lines that show the history of `address`; JSON without a `style`. */
export async function historyLines(
  store: StateStore,
  address: string,
  style: Style | undefined,
): Promise<string[]> {
  const entries = await readHistory(store, address);
  if (style === undefined) {
    return entries.map((entry) => JSON.stringify({ target_ip: address, ...entry }));
  }
  if (entries.length === 0) return [`nothing is known of ${address}`];
  return columns(
    ["PORT", "PROBE", "FIRST SEEN", "LAST SEEN", "HASH"],
    entries.flatMap(rowsOf),
    style,
  );
}

function rowsOf({ port, probe, name, hashes, rotations }: HistoryEntry): string[][] {
  const rows = hashes.map(({ hash, first_seen, last_seen }, index) => [
    index > 0 ? "" : port === WHOLE_HOST ? "-" : String(port),
    index > 0 ? "" : name === "" ? probe : `${probe} (${name})`,
    seconds(first_seen),
    seconds(last_seen),
    hash,
  ]);
  // Only so many are remembered.
  const lost = rotations - (hashes.length - 1);
  return lost > 0 ? [...rows, ["", "", "", "", `and ${lost} before`]] : rows;
}

/** A timestamp without its fraction. */
function seconds(timestamp: string): string {
  return timestamp.replace(/\.\d+Z$/, "Z");
}
