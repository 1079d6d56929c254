/** A store as text that says what is known, not how it came there: for comparing stores. */
import { readInputName } from "./partition.ts";
import type { EncodedTally } from "./source_tallies.ts";
import type { ProfileStore, StoreRow } from "./profile_store.ts";

/** What the places in a store are: the path of an input instead of its number, and no order of arrival. */
export async function canonicalDump(store: ProfileStore): Promise<string> {
  const sources = (await store.rows(
    "SELECT path, lines, events, malformed, no_attacker, own FROM source ORDER BY path",
  )).map((row) => ({ ...row, path: inputOf(row) }));
  const paths = new Map(
    (await store.rows("SELECT id, path FROM source"))
      .map((row) => [Number(row["id"]), inputOf(row)]),
  );
  const attackers = (await store.rows(
    `SELECT address, first_seen, last_seen, events, deckies, risk, class, data
     FROM attacker JOIN aggregate ON attacker = id ORDER BY address`,
  )).map(({ data, ...row }) => ({
    ...row,
    data: canonical(JSON.parse(String(data)), paths),
  }));
  const marks = await store.rows(
    `SELECT mark, address FROM mark JOIN attacker ON attacker = attacker.id
     ORDER BY mark, address`,
  );
  return [...sources, ...attackers, ...marks].map((row) => JSON.stringify(row)).join("\n");
}

/** An input without what parts of it are in the store. */
function inputOf(row: StoreRow): string {
  return readInputName(String(row["path"])).path;
}

/** Place of the inputs in an encoded aggregate, see aggregate_codec.ts. */
const SOURCES = 4;

function canonical(encoded: unknown[], paths: ReadonlyMap<number, string>): unknown {
  const sources = (encoded[SOURCES] as EncodedTally[])
    .map(([id, tally, sensor]) => [`${paths.get(id)} ${sensor ?? ""}`, tally]);
  return sorted(encoded.with(SOURCES, sources));
}

/** Lists of pairs that begin with a text, and lists of texts, in order; other lists as they are. */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const items = value.map(sorted);
  const isKeyed = items.length > 1 &&
    items.every((item) => typeof item === "string" || isPair(item));
  return isKeyed
    ? items.sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
    : items;
}

function isPair(item: unknown): boolean {
  return Array.isArray(item) && item.length === 2 && typeof item[0] === "string";
}
