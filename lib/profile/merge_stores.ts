/** Makes one store out of those of workers that share the attackers. */
import { existsSync } from "node:fs";
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import {
  BUSY_TIMEOUT_MS,
  connectSqlite,
  createPrivately,
  inTransaction,
} from "../store/sqlite_database.ts";
import { switchToWal } from "../store/wal.ts";
import type { EncodedAggregate } from "./aggregate_codec.ts";
import { mergedName, type NamedInput, readInputName, showPartition } from "./partition.ts";
import { makeTables } from "./store_schema.ts";

/** What does not go together, or cannot be read or written. */
export class MergeError extends Error {
  override readonly name = "MergeError";
}

/** What was put together. */
export interface MergedStore {
  readonly parts: number;
  readonly attackers: number;
  /** Inputs of which the parts have not read the same. */
  readonly uneven: readonly string[];
}

/** A row of the table of inputs in one part. */
interface PartInput extends NamedInput {
  readonly id: number;
  readonly cursor: string;
  readonly counts: readonly number[];
}

/** The store of one worker, as it is at one moment. */
interface Part {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly inputs: readonly PartInput[];
}

const COUNTS = ["lines", "events", "malformed", "no_attacker", "own"] as const;

/** Place of the inputs in an encoded aggregate, see aggregate_codec.ts. */
const SOURCES = 4;

type Row = Record<string, SQLOutputValue>;

/**
 * Makes the store `target` of all `paths`, or leaves it as it was: who reads it meanwhile sees the one or the
 * other. One that an earlier call made is made anew.
 *
 * @throws {MergeError} for stores that are not all parts of one whole, and for a target that is something else
 */
export function mergeStores(target: string, paths: readonly string[]): MergedStore {
  using parts = new DisposableStack();
  const opened = paths.map((path) => openPart(path, parts));
  checkWhole(opened);
  return inStore(target, () => {
    const isNew = !existsSync(target);
    const database = openTarget(target, parts);
    try {
      return inTransaction(database, () => {
        checkTarget(database, target);
        return fill(database, opened);
      });
    } catch (error) {
      // An empty store would look as if there had been no attacker.
      parts.dispose();
      if (isNew) Deno.removeSync(target);
      throw error;
    }
  });
}

function openPart(path: string, parts: DisposableStack): Part {
  return inStore(path, () => {
    // To open one that is not there would make it.
    Deno.statSync(path);
    const database = open(path, parts);
    database.exec("BEGIN");
    const inputs = rowsOf(database, "SELECT * FROM source ORDER BY path").map((row): PartInput => ({
      ...readInputName(String(row["path"])),
      id: Number(row["id"]),
      cursor: String(row["cursor"]),
      counts: COUNTS.map((name) => Number(row[name])),
    }));
    return { path, database, inputs };
  });
}

function openTarget(path: string, parts: DisposableStack): DatabaseSync {
  createPrivately(path);
  const database = open(path, parts);
  switchToWal(database, BUSY_TIMEOUT_MS);
  return database;
}

function open(path: string, parts: DisposableStack): DatabaseSync {
  const database = connectSqlite(path);
  parts.defer(() => database.close());
  makeTables(database);
  return database;
}

/** @throws {MergeError} unless each part of one whole is there once */
function checkWhole(parts: readonly Part[]): void {
  const byPart = new Map<number, string>();
  let whole = 0;
  for (const { path, inputs } of parts) {
    const [input] = inputs;
    if (input === undefined) throw new MergeError(`${path}: nothing was read into it`);
    const { partition, merged } = input;
    if (partition === undefined) {
      const what = merged === undefined ? "all attackers" : `${merged} parts`;
      throw new MergeError(`${path}: it holds ${what}, and is no part itself`);
    }
    whole ||= partition.parts;
    if (partition.parts !== whole) {
      throw new MergeError(`${path} is part ${showPartition(partition)}, others are of ${whole}`);
    }
    const other = byPart.get(partition.part);
    if (other !== undefined) {
      throw new MergeError(`${other} and ${path} are both part ${showPartition(partition)}`);
    }
    byPart.set(partition.part, path);
  }
  for (let part = 1; part <= whole; part++) {
    if (!byPart.has(part)) throw new MergeError(`part ${part}/${whole} is missing`);
  }
}

/** @throws {MergeError} for a store that would be lost */
function checkTarget(database: DatabaseSync, path: string): void {
  for (const row of rowsOf(database, "SELECT path FROM source")) {
    if (readInputName(String(row["path"])).merged !== undefined) continue;
    throw new MergeError(`${path} is a store that logs were read into: it would be lost`);
  }
}

function fill(target: DatabaseSync, parts: readonly Part[]): MergedStore {
  for (const table of ["mark", "aggregate", "attacker", "source"]) {
    target.exec(`DELETE FROM ${table}`);
  }
  const run = Number(target.prepare("INSERT INTO run DEFAULT VALUES").run().lastInsertRowid);
  const { numbers, uneven } = addInputs(target, parts);
  let base = 0;
  let attackers = 0;
  for (const { path, database, inputs } of parts) {
    inStore(path, () => {
      const number = (id: number) => numbers.get(inputs.find((input) => input.id === id)!.path)!;
      const isSame = inputs.every(({ id }) => number(id) === id);
      const last = addAttackers(target, database, base, run);
      attackers += last.count;
      addAggregates(target, database, base, isSame ? undefined : number);
      addMarks(target, database, base);
      base += last.id;
    });
  }
  return { parts: parts.length, attackers, uneven };
}

/** Adds each input once, with the lines of all parts. */
function addInputs(target: DatabaseSync, parts: readonly Part[]) {
  const all = Map.groupBy(parts.flatMap(({ inputs }) => inputs), ({ path }) => path);
  const insert = target.prepare(
    `INSERT INTO source (path, cursor, revision, ${COUNTS.join(", ")}) ` +
      "VALUES (?, 'null', 1, ?, ?, ?, ?, ?)",
  );
  const numbers = new Map<string, number>();
  const uneven: string[] = [];
  for (const [path, inputs] of all) {
    const counts = COUNTS.map((_, at) => inputs.reduce((sum, input) => sum + input.counts[at]!, 0));
    const name = mergedName(path, parts.length);
    numbers.set(path, Number(insert.run(name, ...counts).lastInsertRowid));
    const places = new Set(inputs.map(({ cursor }) => cursor));
    if (places.size > 1 || inputs.length < parts.length) uneven.push(path);
  }
  return { numbers, uneven };
}

/** @param base what is added to the number of each attacker */
function addAttackers(target: DatabaseSync, part: DatabaseSync, base: number, run: number) {
  const insert = target.prepare(
    "INSERT INTO attacker (id, address, first_seen, last_seen, events, deckies, risk, class, run, " +
      "told_events, told_deckies) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const isKnown = target.prepare("SELECT 1 FROM attacker WHERE address = ?");
  let id = 0;
  let count = 0;
  for (const row of part.prepare("SELECT * FROM attacker ORDER BY id").iterate()) {
    id = Number(row["id"]);
    count++;
    const address = row["address"]!;
    if (isKnown.get(address) !== undefined) {
      throw new MergeError(`attacker ${address} is in two parts`);
    }
    insert.run(
      ...[base + id, address, row["first_seen"]!, row["last_seen"]!, row["events"]!],
      ...[row["deckies"]!, row["risk"]!, row["class"]!, run],
      ...[row["told_events"]!, row["told_deckies"]!],
    );
  }
  return { id, count };
}

/** @param number of an input by the number that it had; undefined when all stay as they are */
function addAggregates(
  target: DatabaseSync,
  part: DatabaseSync,
  base: number,
  number: ((id: number) => number) | undefined,
): void {
  const insert = target.prepare("INSERT INTO aggregate (attacker, data) VALUES (?, ?)");
  for (const row of part.prepare("SELECT * FROM aggregate ORDER BY attacker").iterate()) {
    const data = String(row["data"]);
    insert.run(
      base + Number(row["attacker"]),
      number === undefined ? data : withInputs(data, number),
    );
  }
}

function withInputs(data: string, number: (id: number) => number): string {
  const encoded = JSON.parse(data) as EncodedAggregate;
  const sources = encoded[SOURCES].map(([id, ...rest]) => [number(id), ...rest]);
  return JSON.stringify(encoded.map((item, at) => at === SOURCES ? sources : item));
}

function addMarks(target: DatabaseSync, part: DatabaseSync, base: number): void {
  const insert = target.prepare("INSERT INTO mark (mark, attacker) VALUES (?, ?)");
  for (const row of part.prepare("SELECT mark, attacker FROM mark ORDER BY mark").iterate()) {
    insert.run(row["mark"]!, base + Number(row["attacker"]));
  }
}

function rowsOf(database: DatabaseSync, sql: string): Row[] {
  return database.prepare(sql).all();
}

/** Runs `action`; what goes wrong is told of with the path. @throws {MergeError} */
function inStore<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof MergeError) throw error;
    if (error instanceof Deno.errors.NotFound) throw new MergeError(`there is no store ${path}`);
    throw new MergeError(`profile store ${path}: ${(error as Error).message}`);
  }
}
