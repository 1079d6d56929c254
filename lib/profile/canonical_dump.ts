/** A store as text that says what is known, not how it came there: for comparing stores. */
import type { ProfileStore } from "./profile_store.ts";

/** What the places in a store are: the path of an input instead of its number, and no order of arrival. */
export function canonicalDump(store: ProfileStore): string {
  return store.query((database) => {
    const sources = database.prepare(
      "SELECT path, lines, events, malformed, no_attacker, own FROM source ORDER BY path",
    ).all();
    const paths = new Map(
      database.prepare("SELECT id, path FROM source").all()
        .map((row) => [Number(row["id"]), String(row["path"])]),
    );
    const attackers = database.prepare(
      `SELECT address, first_seen, last_seen, events, deckies, risk, class, data
       FROM attacker JOIN aggregate ON attacker = id ORDER BY address`,
    ).all().map(({ data, ...row }) => ({
      ...row,
      data: canonical(JSON.parse(String(data)), paths),
    }));
    const marks = database.prepare(
      `SELECT mark, address FROM mark JOIN attacker ON attacker = attacker.id
       ORDER BY mark, address`,
    ).all();
    return [...sources, ...attackers, ...marks].map((row) => JSON.stringify(row)).join("\n");
  });
}

/** Place of the inputs in an encoded aggregate, see aggregate_codec.ts. */
const SOURCES = 4;

function canonical(encoded: unknown[], paths: ReadonlyMap<number, string>): unknown {
  const sources = (encoded[SOURCES] as [number, unknown][])
    .map(([id, tally]) => [paths.get(id), tally]);
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
