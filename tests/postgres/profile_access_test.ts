/** Who may use a store of profiles in PostgreSQL: passwords, certificates, and what is said when it fails. */
import assert from "node:assert/strict";
import { decnet, type DecnetRun } from "../support/decnet.ts";
import { freePort } from "../support/free_port.ts";
import {
  type PostgresServer,
  sharedPostgres,
  startPostgres,
  WITH_PASSWORD,
} from "../support/postgres_server.ts";
import { attackLines, openStore } from "../support/profile_world.ts";
import { testNeeding } from "../support/requirements.ts";
import { makeServerCertificates } from "../support/certificates.ts";
import { tempFolder } from "../support/temp_folder.ts";

const NEEDS = ["postgres", "setpriv"] as const;

const PASSWORD = "s3cr3t/w0rd";
const ENCODED = encodeURIComponent(PASSWORD);

/** A question to a store, of which the answer does not matter. */
async function ask(
  db: string,
  env: Readonly<Record<string, string>> = {},
  ...args: string[]
): Promise<DecnetRun> {
  const run = await decnet(["profile", "--top", "1", "--db", db, ...args], {
    env: { PGPASSFILE: "/nonexistent", PGPASSWORD: "", ...env },
  });
  for (const word of [PASSWORD, ENCODED]) {
    assert.ok(!run.stdout.includes(word) && !run.stderr.includes(word), run.stderr);
  }
  return run;
}

/** It fails, in one line and a hint. */
function assertFails({ code, stdout, stderr }: DecnetRun, reason: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^decnet: [^\n]+\n(?: {2}hint: [^\n]+\n)?$/);
  assert.match(stderr, reason);
}

/** A store with nothing in it, for a user with a password. @returns its address without the password */
async function guarded(server: PostgresServer): Promise<string> {
  const url = await server.newDatabase();
  await (await openStore(url))[Symbol.asyncDispose]();
  const name = url.split("/").at(-1)!;
  await server.sql(
    name,
    `DO $$ BEGIN
       IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${WITH_PASSWORD}') THEN
         CREATE ROLE ${WITH_PASSWORD} LOGIN SUPERUSER PASSWORD '${PASSWORD}';
       END IF;
     END $$`,
  );
  return url.replace(/\/\/\w+@/, `//${WITH_PASSWORD}@`);
}

testNeeding(
  NEEDS,
  "decnet profile takes the password for PostgreSQL from the address, PGPASSWORD or PGPASSFILE",
  async () => {
    const server = await sharedPostgres();
    const url = await guarded(server);
    await using folder = await tempFolder();
    const file = `${folder.path}/pgpass`;
    const wrong = `127.0.0.1:1:*:*:wrong\n127.0.0.1:*:*:${WITH_PASSWORD}:`;
    await Deno.writeTextFile(file, `# a comment\n${wrong}${PASSWORD}\n`, { mode: 0o600 });
    const withPassword = url.replace("@", `:${ENCODED}@`);
    for (
      const { code, stderr } of await Promise.all([
        ask(withPassword),
        ask(withPassword.replace("postgres:", "postgresql:")),
        ask(url, { PGPASSWORD: PASSWORD }),
        ask(url, { PGPASSFILE: file }),
        ask(url.replace(`${WITH_PASSWORD}@`, ""), {
          PGUSER: WITH_PASSWORD,
          PGPASSWORD: PASSWORD,
        }),
      ])
    ) assert.deepEqual([code, stderr], [0, ""]);
    assertFails(await ask(url), /the server asks for a password: set PGPASSWORD or PGPASSFILE/);
    assertFails(await ask(url, { PGPASSWORD: "wrong" }), /password authentication failed/);
    await Deno.chmod(file, 0o644);
    assertFails(await ask(url, { PGPASSFILE: file }), /can be read by others: chmod 600/);
  },
);

testNeeding(
  NEEDS,
  "decnet profile shows no password of a database, whatever goes wrong",
  async () => {
    const server = await sharedPostgres();
    const url = (await guarded(server)).replace("@", `:${ENCODED}@`);
    const closed = `:${freePort()}/`;
    assertFails(await ask(url.replace(/:\d+\//, closed)), /refused/);
    assertFails(await ask(url.replace(/profiles\d+$/, "nowhere")), /"nowhere" does not exist/);
    assertFails(await ask(`${url}?sslmode=require`), /does not support SSL/);
    assertFails(
      await ask(url.replace("127.0.0.1", "no-such-host.invalid")),
      /no host of this name/,
    );
    const misspelt = [
      [`${url}?sslmode=maybe`, /sslmode is one of/],
      [`${url}?speed=9`, /but no speed/],
      [url.replace(/:\d+\//, ":99999/"), /a port is a number/],
      [`postgres://user:${PASSWORD}@127.0.0.1/db`, /is no address of a database/],
    ] as const;
    for (const [db, reason] of misspelt) {
      const { code, stderr } = await ask(db);
      assert.equal(code, 2);
      assert.match(stderr, reason);
    }
    assert.equal((await ask(url, {}, "--db", url)).code, 2);
    assert.equal((await ask(url, {}, "--sort", url)).code, 2);
    assert.equal((await ask("x.db", {}, url)).code, 2);
    assert.equal((await ask(url, {}, "show", url)).code, 2);
    await using folder = await tempFolder();
    const config = `${folder.path}/decnet.toml`;
    await Deno.writeTextFile(config, `[profile]\ndb = "${url}"\n`, { mode: 0o600 });
    for (const env of [{}, { DECNET_PROFILE_DB: url }]) {
      const listed = await decnet(["--config", config, "config", "--show-origin", "profile"], {
        env,
      });
      assert.equal(listed.code, 0, listed.stderr);
      assert.ok(listed.stdout.includes(`postgres://${WITH_PASSWORD}:***@127.0.0.1`));
      assert.ok(!listed.stdout.includes(ENCODED));
    }
    const set = await decnet(["--config", config, "profile", "--top", "1"]);
    assert.deepEqual([set.code, set.stderr], [0, ""]);
  },
);

testNeeding(
  [...NEEDS, "openssl"],
  "decnet profile encrypts what goes to PostgreSQL, and checks certificates as sslmode says",
  async () => {
    await using folder = await tempFolder();
    const { ca, cert, key } = await makeServerCertificates(folder.path);
    await using server = await startPostgres({
      settings: "ssl = on",
      prepare: async (place) => {
        // The server reads them as somebody else, who owns the folder.
        for (const [from, to] of [[cert, "server.crt"], [key, "server.key"]] as const) {
          const path = `${place}/data/${to}`;
          await Deno.copyFile(from, path);
          await Deno.chmod(path, 0o600);
          if (Deno.uid() === 0) await Deno.chown(path, 65534, 65534);
        }
      },
    });
    const url = await guarded(server);
    const secure = { PGPASSWORD: PASSWORD };
    const modes = [
      ["sslmode=disable", undefined],
      ["sslmode=require", undefined],
      [`sslmode=require&sslrootcert=${ca}`, undefined],
      [`sslmode=verify-ca&sslrootcert=${ca}`, undefined],
      [`sslmode=verify-ca`, /certificate/],
      [`sslmode=verify-full`, /certificate/],
      // It is for localhost.
      [`sslmode=verify-full&sslrootcert=${ca}`, /name|certificate/],
      [`sslmode=verify-full&sslrootcert=${folder.path}/none.pem`, /none\.pem/],
    ] as const;
    for (const [mode, reason] of modes) {
      const run = await ask(`${url}?${mode}`, secure);
      if (reason === undefined) assert.deepEqual([run.code, run.stderr], [0, ""], mode);
      else assertFails(run, reason);
    }
    const named = url.replace("127.0.0.1", "localhost");
    const right = await ask(`${named}?sslmode=verify-full&sslrootcert=${ca}`, secure);
    assert.deepEqual([right.code, right.stderr], [0, ""]);
    const log = `${folder.path}/decnet.json`;
    await Deno.writeTextFile(log, attackLines(300, 10, 5).join(""));
    await server.sql("postgres", "ALTER SYSTEM SET log_connections = on");
    await server.sql("postgres", "SELECT pg_reload_conf()");
    const read = await ask(`${url}?sslmode=require`, secure, log);
    assert.equal(read.code, 0, read.stderr);
    const printed = await Deno.readTextFile(`${server.folder}/log`);
    assert.match(printed, /application_name=decnet profile SSL enabled \(protocol=TLSv1\.3/);
  },
);

testNeeding(NEEDS, "decnet profile reaches PostgreSQL by its socket, too", async () => {
  const server = await sharedPostgres();
  const url = await server.newDatabase();
  await using folder = await tempFolder();
  const log = `${folder.path}/decnet.json`;
  await Deno.writeTextFile(log, attackLines(300, 10, 5).join(""));
  const name = url.split("/").at(-1)!;
  const place = encodeURIComponent(server.folder);
  const db = `postgres://tester@/${name}?host=${place}&port=${server.port}`;
  const { code, stdout, stderr } = await decnet(["profile", log, "--db", db, "--quiet"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(stdout.split("\n").length, 11);
});
