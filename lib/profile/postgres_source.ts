/** Inputs of a profile store in PostgreSQL, and how far each has been read. */
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import type { PostgresConnection, PostgresRow } from "../postgres/postgres_connection.ts";
import { StateError } from "../store/state_store.ts";
import type { LineCounts, SourceState } from "./profile_store.ts";

/** The input `path`, with what is known of it. */
export async function sourceIn(connection: PostgresConnection, path: string): Promise<SourceState> {
  const row = await sourceRow(connection, path);
  const count = (name: keyof LineCounts) => Number(row?.[name] ?? 0);
  return {
    id: Number(row?.["id"] ?? 0),
    path,
    cursor: row === undefined ? undefined : parseLogCursor(JSON.parse(String(row["cursor"]))),
    revision: Number(row?.["revision"] ?? 0),
    counts: {
      lines: count("lines"),
      events: count("events"),
      malformed: count("malformed"),
      no_attacker: count("no_attacker"),
      own: count("own"),
    },
  };
}

async function sourceRow(
  connection: PostgresConnection,
  path: string,
): Promise<PostgresRow | undefined> {
  const [row] = await connection.query(
    "SELECT * FROM source WHERE md5(path) = md5($1) AND path = $1",
    path,
  );
  return row;
}

/**
 * Moves an input on.
 *
 * @returns its number; undefined when a commit with this token has done so already
 * @throws {StateError} when another process has
 */
export async function moveOn(
  connection: PostgresConnection,
  { id, path, revision, counts: before }: SourceState,
  cursor: LogCursor | undefined,
  counts: Readonly<LineCounts>,
  token: string,
): Promise<number | undefined> {
  const values = [
    ...[token, JSON.stringify(cursor ?? null)],
    ...[before.lines + counts.lines, before.events + counts.events],
    ...[before.malformed + counts.malformed, before.no_attacker + counts.no_attacker],
    before.own + counts.own,
  ];
  const rows = revision === 0
    ? await connection.query(
      "INSERT INTO source " +
        "(token, cursor, lines, events, malformed, no_attacker, own, path, revision) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT DO NOTHING RETURNING id",
      ...values,
      path,
    )
    : await connection.query(
      "UPDATE source SET token = $1, cursor = $2, lines = $3, events = $4, malformed = $5, " +
        "no_attacker = $6, own = $7, revision = revision + 1 " +
        "WHERE id = $8 AND revision = $9 RETURNING id",
      ...values,
      id,
      revision,
    );
  const [moved] = rows;
  if (moved !== undefined) return Number(moved["id"]);
  const row = await sourceRow(connection, path);
  if (row?.["token"] === token) return undefined;
  throw new StateError(`another process reads ${path} into it`);
}
