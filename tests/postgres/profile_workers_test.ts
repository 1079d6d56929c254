/** Several workers and readers at one store of profiles in PostgreSQL. */
import assert from "node:assert/strict";
import { parsePostgresAddress } from "../../lib/postgres/postgres_address.ts";
import { PostgresConnection } from "../../lib/postgres/postgres_connection.ts";
import { tellNews } from "../../lib/profile/profile_events.ts";
import { PROFILE_SCHEMA } from "../../lib/profile/postgres_schema.ts";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { sharedPostgres } from "../support/postgres_server.ts";
import { attackLines, dumpOf, openStore, readInto } from "../support/profile_world.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEEDS = ["postgres", "setpriv"] as const;

const WORKERS = 3;

/** Logs of several sensors, at all of which the same attackers come by. */
async function world() {
  const folder = await tempFolder();
  const lines = attackLines(1200, 30, 12);
  const logs = Array.from({ length: WORKERS }, (_, at) => `${folder.path}/sensor${at}.json`);
  for (const [at, log] of logs.entries()) {
    await Deno.writeTextFile(log, lines.filter((_, index) => index % WORKERS === at).join(""));
  }
  return { logs, folder: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** A session beside the store. */
async function session(url: string): Promise<PostgresConnection> {
  const address = parsePostgresAddress(url, () => undefined);
  return await PostgresConnection.open(address, { schema: PROFILE_SCHEMA, readOnly: false });
}

testNeeding(
  NEEDS,
  "Stores in one PostgreSQL database may be opened by several at once",
  async () => {
    const url = await (await sharedPostgres()).newDatabase();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(url)));
    for (const store of stores) {
      assert.deepEqual(await store.rows("SELECT address FROM attacker"), []);
      await store[Symbol.asyncDispose]();
    }
  },
);

testNeeding(
  NEEDS,
  "Workers that write of the same attackers at once lose nothing of each other's",
  async () => {
    await using here = await world();
    const { logs } = here;
    const whole = `${here.folder}/whole.db`;
    await readInto({ db: whole, logs });
    const db = await (await sharedPostgres()).newDatabase();
    await Promise.all(logs.map((log) => readInto({ db, logs: [log], maxEvents: 40 })));
    assert.equal(await dumpOf(db), await dumpOf(whole));
  },
);

testNeeding(
  NEEDS,
  "Workers with a part of the attackers each write to one database what one worker would",
  async () => {
    await using here = await world();
    const logs = here.logs.slice(0, 1);
    const whole = `${here.folder}/whole.db`;
    await readInto({ db: whole, logs });
    const db = await (await sharedPostgres()).newDatabase();
    await Promise.all(
      [1, 2].map((part) => readInto({ db, logs, maxEvents: 40, partition: { part, parts: 2 } })),
    );
    // The inputs have the names of the parts.
    const attackers = (dump: string) =>
      dump.split("\n").filter((line) => line.startsWith('{"address"') || line.startsWith('{"mark"'))
        .map((line) => line.replaceAll(/ part \d\/2(?= )/g, ""));
    assert.deepEqual(attackers(await dumpOf(db)), attackers(await dumpOf(whole)));
  },
);

testNeeding(
  NEEDS,
  "A worker whose transaction is chosen to end a deadlock does it again",
  async () => {
    await using here = await world();
    const [log, before] = here.logs;
    const whole = `${here.folder}/whole.db`;
    await readInto({ db: whole, logs: [log!] });
    await using known = await openStore(whole);
    const rows = await known.rows("SELECT address FROM attacker ORDER BY address");
    const [first, last] = [rows[0]!["address"], rows.at(-1)!["address"]].map(String);
    await readInto({ db: whole, logs: [before!] });
    const server = await sharedPostgres();
    const db = await server.newDatabase();
    await readInto({ db, logs: [before!] });
    const other = await session(db);
    // The one who has waited that long looks for deadlocks, and is ended for it.
    await other.run("SET deadlock_timeout = '60s'");
    await other.run("BEGIN");
    const lock = "SELECT 1 FROM attacker WHERE address = $1 FOR UPDATE";
    assert.equal((await other.query(lock, last!)).length, 1);
    const reading = readInto({ db, logs: [log!] });
    const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    await eventually(async () => (await server.sql("postgres", waiting)).trim() === "1");
    await other.query(lock, first!);
    await other.run("COMMIT");
    await other.close();
    assert.equal(await reading, true);
    assert.equal(await dumpOf(db), await dumpOf(whole));
    const counted = await server.sql("postgres", "SELECT sum(deadlocks) FROM pg_stat_database");
    assert.ok(Number(counted) > 0, "there was no deadlock");
  },
);

testNeeding(NEEDS, "A second worker at the same log is told that it is one too many", async () => {
  await using here = await world();
  const [log] = here.logs;
  const db = await (await sharedPostgres()).newDatabase();
  await using store = await openStore(db);
  const before = await store.source(log!);
  await readInto({ db, logs: [log!] });
  const { Window } = await import("../../lib/profile/window.ts");
  const counts = { lines: 1, events: 0, malformed: 1, no_attacker: 0, own: 0 };
  await assert.rejects(
    store.commit(before, new Window(), undefined, counts),
    /another process reads .*sensor0\.json into it/,
  );
});

testNeeding(
  NEEDS,
  "Workers that tell of news at the same time tell of each attacker once",
  async () => {
    await using here = await world();
    const db = await (await sharedPostgres()).newDatabase();
    await readInto({ db, logs: here.logs });
    const told: string[] = [];
    const tell = (
      events: readonly { readonly event_type: string; readonly attacker_ip: string }[],
    ) => {
      for (const { event_type, attacker_ip } of events) told.push(`${event_type} ${attacker_ip}`);
    };
    await using one = await openStore(db);
    await using other = await openStore(db);
    await Promise.all([one, other].map((store) => tellNews(store, "sensor", tell)));
    assert.equal(new Set(told).size, told.length);
    const attackers = (await one.rows("SELECT address FROM attacker")).length;
    assert.equal(told.filter((text) => text.startsWith("attacker_scored ")).length, attackers);
    assert.equal(await tellNews(one, "sensor", tell), 0);
    const failing = () => {
      throw new Error("ECONNRESET");
    };
    await readInto({ db, logs: [await extended(here.logs[0]!)] });
    await assert.rejects(tellNews(one, "sensor", failing), { message: "ECONNRESET" });
    assert.ok(await tellNews(one, "sensor", tell) > 0, "it was not told, and is not told again");
  },
);

/** The log with one more event. */
async function extended(log: string): Promise<string> {
  const lines = (await Deno.readTextFile(log)).split("\n");
  const event = lines.find((line) => line.includes('"auth_attempt"'))!;
  await Deno.writeTextFile(log, `${event}\n`, { append: true });
  return log;
}

testNeeding(
  NEEDS,
  "decnet profile reads from PostgreSQL with the right to read alone, while others write, as from a file",
  async () => {
    await using here = await world();
    const server = await sharedPostgres();
    const db = await server.newDatabase();
    const file = `${here.folder}/whole.db`;
    for (const place of [db, file]) {
      const { code, stderr } = await decnet(["profile", ...here.logs, "--db", place, "--quiet"]);
      assert.deepEqual([code, stderr], [0, ""]);
    }
    const name = db.split("/").at(-1)!;
    await server.sql(
      name,
      `CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ${PROFILE_SCHEMA} TO reader;
       GRANT SELECT ON ALL TABLES IN SCHEMA ${PROFILE_SCHEMA} TO reader`,
    );
    const writer = await session(db);
    await writer.run(
      "BEGIN; UPDATE attacker SET events = -1; DELETE FROM aggregate; DELETE FROM mark",
    );
    const [row] = await writer.query("SELECT address FROM attacker ORDER BY address LIMIT 1");
    const questions = [
      ["show", String(row!["address"])],
      ["--top", "40", "--sort", "events"],
      ["--cluster"],
      ["--class", "brute_force", "--format", "csv"],
      ["--top", "5", "--format", "stix"],
      ["--decky", "decky-web-01", "--secrets"],
    ];
    const reader = db.replace("//tester@", "//reader@");
    for (const question of questions) {
      const [found, known] = await Promise.all(
        [reader, file].map((place) => decnet(["profile", ...question, "--db", place])),
      );
      assert.equal(found!.code, 0, found!.stderr);
      assert.equal(found!.stdout, known!.stdout, question.join(" "));
    }
    await writer.close();
    const log = await extended(here.logs[0]!);
    const refused = await decnet(["profile", log, "--db", reader]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /permission denied[^\n]*\n {2}hint: [^\n]+\n$/);
  },
);

testNeeding(NEEDS, "decnet profile says that there is no store in a database yet", async () => {
  const server = await sharedPostgres();
  const db = await server.newDatabase();
  const empty = await decnet(["profile", "--top", "3", "--db", db]);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /there is no profile store in it yet\n {2}hint: /);
  await (await openStore(db))[Symbol.asyncDispose]();
  const name = db.split("/").at(-1)!;
  await server.sql(name, `UPDATE ${PROFILE_SCHEMA}.schema_version SET version = 99`);
  const newer = await decnet(["profile", "--top", "3", "--db", db]);
  assert.match(newer.stderr, /written by a newer decnet \(schema 99\)/);
});
