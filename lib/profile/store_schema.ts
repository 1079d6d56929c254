/** The tables of the profile store. */
import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "../store/sqlite_database.ts";

/** Version of the tables and of what stands in them. */
const SCHEMA = 1;

const TABLES = `
  CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    cursor TEXT NOT NULL,
    revision INTEGER NOT NULL,
    lines INTEGER NOT NULL,
    events INTEGER NOT NULL,
    malformed INTEGER NOT NULL,
    no_attacker INTEGER NOT NULL,
    own INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE attacker (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    events INTEGER NOT NULL,
    deckies INTEGER NOT NULL,
    risk INTEGER NOT NULL,
    class TEXT NOT NULL,
    run INTEGER NOT NULL,
    told_events INTEGER NOT NULL DEFAULT 0,
    told_deckies INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE aggregate (
    attacker INTEGER PRIMARY KEY,
    data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE mark (
    mark INTEGER NOT NULL,
    attacker INTEGER NOT NULL,
    PRIMARY KEY (mark, attacker)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run (
    id INTEGER PRIMARY KEY
  ) STRICT;
`;

/** A store that this version cannot read. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** Makes the tables where there are none. @throws {SchemaError} for a store of another version */
export function makeTables(database: DatabaseSync): void {
  inTransaction(database, () => {
    const version = Number(database.prepare("PRAGMA user_version").get()!["user_version"]);
    if (version > SCHEMA) throw new SchemaError(`written by a newer decnet (schema ${version})`);
    if (version === 0) {
      const tables = database.prepare("SELECT count(*) AS n FROM sqlite_master").get()!["n"];
      if (tables !== 0) throw new SchemaError("is another program's database");
      database.exec(TABLES);
      database.exec(`PRAGMA user_version = ${SCHEMA}`);
      // The state of other verbs is a database too: "DNPF".
      database.exec("PRAGMA application_id = 0x444e5046");
    }
    const application = database.prepare("PRAGMA application_id").get()!["application_id"];
    if (application !== 0x444e5046) throw new SchemaError("is no profile store");
  });
}
