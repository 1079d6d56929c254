/** Profiles in PostgreSQL when workers, connections and the server end at any moment. */
import assert from "node:assert/strict";
import { parsePostgresAddress } from "../../lib/postgres/postgres_address.ts";
import { Ingest } from "../../lib/profile/ingest.ts";
import { PostgresProfileStore } from "../../lib/profile/postgres_profile_store.ts";
import { sleep } from "../../lib/sleep.ts";
import { StateError } from "../../lib/store/state_store.ts";
import { decnet } from "../support/decnet.ts";
import { eventually } from "../support/eventually.ts";
import { PostgresProxy, type ProxyFault } from "../support/postgres_proxy.ts";
import { type PostgresServer, sharedPostgres } from "../support/postgres_server.ts";
import { attackLines, dumpOf, readInto } from "../support/profile_world.ts";
import { testNeeding } from "../support/requirements.ts";
import { RunningDecnet } from "../support/running_decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEEDS = ["postgres", "setpriv"] as const;

/** Windows of a run that is disturbed: several commits, each of several statements. */
const MAX_EVENTS = 200;

/** Runs at a time: most of each is waiting. */
const LANES = 4;

const LINES = attackLines(300, 15, 11);

/** A log, and what one undisturbed run makes of it in a file. */
async function world() {
  const folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, LINES.join(""));
  const db = `${folder.path}/whole.db`;
  await readInto({ db, logs: [log] });
  return {
    ...{ log, folder: folder.path, expected: await dumpOf(db) },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** The server of this module, for one who lets it crash: it runs again for those behind. */
async function mortalPostgres() {
  const server = await sharedPostgres();
  return { server, [Symbol.asyncDispose]: () => server.start() };
}

/** Reads as a worker does that waits for a database that is away. @returns what it said of that */
async function readPatiently(db: string, log: string): Promise<string[]> {
  const said: string[] = [];
  await using store = await PostgresProfileStore.open(parsePostgresAddress(db, () => undefined), {
    writes: true,
    patience: {
      signal: AbortSignal.timeout(180_000),
      onChange: (isThere, text) => said.push(`${isThere ? "back" : "away"} ${text}`),
    },
  });
  const ingest = new Ingest({
    store,
    onNotice: () => {},
    maxEvents: MAX_EVENTS,
    read: { settle: 0 },
  });
  await ingest.readLog(log);
  return said;
}

/** Sendings of an undisturbed run. */
async function sendings(server: PostgresServer, log: string): Promise<number> {
  await using proxy = new PostgresProxy(server.port, { side: "before" });
  await readPatiently(proxy.through(await server.newDatabase()), log);
  return proxy.sent;
}

/** Runs once for each moment of `moments`, with a fault at it, so many at a time. */
async function disturbed(
  server: PostgresServer,
  moments: readonly number[],
  fault: Omit<ProxyFault, "at">,
  lanes: number,
): Promise<void> {
  await using here = await world();
  const queue = moments.values();
  const lane = async () => {
    for (const at of queue) {
      const url = await server.newDatabase();
      await using proxy = new PostgresProxy(server.port, { ...fault, at });
      const said = await readPatiently(proxy.through(url), here.log);
      assert.equal(proxy.faults, 1, `nothing was sent a ${at}th time`);
      assert.equal(await dumpOf(url), here.expected, `${fault.side} ${at}`);
      assert.ok(said.length > 0, `nobody heard of it at ${at}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function range(first: number, last: number, step = 1): number[] {
  return Array.from({ length: Math.ceil((last - first + 1) / step) }, (_, at) => first + at * step);
}

for (const side of ["before", "after"] as const) {
  testNeeding(
    NEEDS,
    `A store in PostgreSQL whose connection is cut ${side} any of its sendings loses nothing and counts nothing twice`,
    async () => {
      const server = await sharedPostgres();
      await using here = await world();
      const count = await sendings(server, here.log);
      assert.ok(count > 25, `${count} sendings only`);
      await disturbed(server, range(1, count - 1), { side }, LANES);
    },
  );
}

testNeeding(
  NEEDS,
  "A store in PostgreSQL goes on where its backend is ended, or the whole server crashes",
  async () => {
    await using mortal = await mortalPostgres();
    const { server } = mortal;
    await using here = await world();
    const count = await sendings(server, here.log);
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity " +
      "WHERE application_name = 'decnet profile'";
    await disturbed(server, range(5, count - 1, 5), {
      side: "after",
      action: async () => void await server.sql("postgres", end),
    }, 1);
    await disturbed(server, range(8, count - 1, 9), {
      side: "after",
      action: async () => {
        await server.crash();
        await server.start();
      },
    }, 1);
  },
);

testNeeding(
  NEEDS,
  "decnet profile --db postgres://, killed at any moment and run again, knows what one run knows",
  async () => {
    const server = await sharedPostgres();
    await using here = await world();
    const args = (db: string) => ["profile", here.log, "--db", db, "--top", "1", "--quiet"];
    let killed = 0;
    for (const at of [4, 9, 11, 12, 13, 15, 16, 17]) {
      const url = await server.newDatabase();
      let worker: RunningDecnet | undefined;
      await using proxy = new PostgresProxy(server.port, {
        at,
        side: at % 2 === 0 ? "before" : "after",
        action: () => {
          worker!.kill("SIGKILL");
          return worker!.over;
        },
      });
      await using running = worker = new RunningDecnet(args(proxy.through(url)));
      await running.end();
      killed += proxy.faults;
      assert.equal((await decnet(args(url))).code, 0);
      assert.equal(await dumpOf(url), here.expected, `at ${at}`);
    }
    assert.ok(killed >= 5, `killed ${killed} times only`);
  },
);

testNeeding(
  NEEDS,
  "decnet profile --watch waits for a database that goes away, says so in one line, and goes on",
  async () => {
    await using mortal = await mortalPostgres();
    const { server } = mortal;
    await using here = await world();
    const url = await server.newDatabase();
    const half = LINES.length >> 1;
    await Deno.writeTextFile(here.log, LINES.slice(0, half).join(""));
    await using worker = new RunningDecnet([
      ...["profile", here.log, "--db", url, "--watch", "--interval", "50ms"],
    ]);
    await worker.stdout.until((text) => text.includes('"profile":1'));
    await server.crash();
    await Deno.writeTextFile(here.log, LINES.slice(half).join(""), { append: true });
    await worker.stderr.until((text) => text.includes("waiting for it"));
    await server.start();
    await eventually(async () => await dumpOf(url) === here.expected);
    worker.kill("SIGTERM");
    const { code, stderr } = await worker.end();
    assert.equal(code, 0, stderr);
    const lines = stderr.split("\n");
    assert.equal(lines.filter((line) => line.includes("waiting for it")).length, 1, stderr);
    assert.ok(lines.some((line) => line.includes("is back")), stderr);
    assert.ok(!/^\s+at /m.test(stderr), stderr);
  },
);

testNeeding(
  NEEDS,
  "decnet profile --watch that waits for a database ends when it is told to",
  async () => {
    await using here = await world();
    await using mortal = await mortalPostgres();
    const { server } = mortal;
    const url = await server.newDatabase();
    await using worker = new RunningDecnet([
      ...["profile", here.log, "--db", url, "--watch", "--interval", "50ms"],
    ]);
    await worker.stdout.until((text) => text.includes('"profile":1'));
    await server.crash();
    await Deno.writeTextFile(here.log, LINES[0]!, { append: true });
    await worker.stderr.until((text) => text.includes("waiting for it"));
    worker.kill("SIGTERM");
    assert.equal((await worker.end()).code, 0);
  },
);

testNeeding(
  NEEDS,
  "A store in PostgreSQL that gets no answer any more gives up a while after it is told to end",
  async () => {
    const server = await sharedPostgres();
    const url = await server.newDatabase();
    const asked = Promise.withResolvers<void>();
    const network = Promise.withResolvers<void>();
    let isGone = false;
    await using proxy: PostgresProxy = new PostgresProxy(server.port, {
      side: "before",
      get at() {
        return isGone ? proxy.sent : undefined;
      },
      action: () => {
        asked.resolve();
        return network.promise;
      },
    });
    const stop = new AbortController();
    await using store = await PostgresProfileStore.open(
      parsePostgresAddress(proxy.through(url), () => undefined),
      { writes: true, patience: { signal: stop.signal, onChange: () => {}, grace: 10 } },
    );
    isGone = true;
    const answer = store.rows("SELECT 1 AS one").then(() => "answered", (error) => error);
    await asked.promise;
    stop.abort();
    const limit = new AbortController();
    try {
      const first = await Promise.race([answer, sleep(10_000, limit.signal)]);
      assert.ok(first instanceof StateError, String(first));
    } finally {
      limit.abort();
      network.resolve();
    }
  },
);

testNeeding(
  NEEDS,
  "decnet profile without --watch fails in one line with a hint when the database goes",
  async () => {
    const server = await sharedPostgres();
    await using here = await world();
    await using proxy = new PostgresProxy(server.port, { at: 9, side: "before" });
    const url = proxy.through(await server.newDatabase());
    const { code, stdout, stderr } = await decnet(["profile", here.log, "--db", url]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^decnet: profile store postgres:\/\/[^\n]+\n {2}hint: [^\n]+\n$/);
  },
);
