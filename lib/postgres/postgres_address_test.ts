import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isPostgresAddress,
  parsePostgresAddress,
  showPostgresAddress,
} from "./postgres_address.ts";

const NOTHING = () => undefined;

function parse(text: string, env: Readonly<Record<string, string>> = {}) {
  return parsePostgresAddress(text, (name) => env[name]);
}

Deno.test("parsePostgresAddress() reads all parts of an address", () => {
  assert.deepEqual(
    parse(
      "postgresql://ana%40lyst:p%2F%3A%40w@[2001:db8::1]:6432/pro%20files" +
        "?sslmode=verify-full&sslrootcert=/a/ca.pem&sslcert=c&sslkey=k",
    ),
    {
      host: "2001:db8::1",
      port: 6432,
      user: "ana@lyst",
      password: "p/:@w",
      database: "pro files",
      sslmode: "verify-full",
      files: { sslrootcert: "/a/ca.pem", sslcert: "c", sslkey: "k" },
    },
  );
});

Deno.test("parsePostgresAddress() takes from the environment what the address does not tell", () => {
  const env = {
    PGHOST: "hub",
    PGPORT: "6000",
    PGUSER: "u",
    PGPASSWORD: "p",
    PGDATABASE: "d",
    PGSSLMODE: "verify-ca",
    PGSSLROOTCERT: "ca",
  };
  const all = {
    ...{ host: "hub", port: 6000, user: "u", password: "p", database: "d" },
    ...{ sslmode: "verify-ca", files: { sslrootcert: "ca" } },
  };
  assert.deepEqual(parse("postgres://", env), all);
  assert.deepEqual(parse("postgres:///other", env), { ...all, database: "other" });
  const { user, database, host, port } = parse("postgres://", { USER: "me" });
  assert.deepEqual({ user, database, host, port }, {
    ...{ user: "me", database: "me", host: "localhost", port: 5432 },
  });
});

Deno.test("parsePostgresAddress() asks for encryption as soon as the network is another's", () => {
  const modeOf = (text: string) => parse(text).sslmode;
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "?host=/run/postgresql"]) {
    assert.equal(modeOf(`postgres://u@${host}`), "disable", host);
  }
  for (const host of ["db", "10.0.0.1", "[2001:db8::1]", "127.0.0.1.example.com"]) {
    assert.equal(modeOf(`postgres://u@${host}`), "require", host);
  }
  assert.equal(modeOf("postgres://u@db?sslmode=disable"), "disable");
  assert.equal(modeOf("postgres://u@localhost?sslmode=verify-full"), "verify-full");
});

Deno.test("parsePostgresAddress() refuses what it does not know, without a word of it", () => {
  const wrong = [
    "postgres://u:secret@h/a/b",
    "postgres://u:secret@x@h/db",
    "postgres://u:secret@h:99999/db",
    "postgres://u:secret@h:/0/db",
    "postgres://u:secret@h:1:2/db",
    "postgres://u:secret@h/db?sslmode=secret",
    "postgres://u:secret@h/db?port=secret",
    "postgres://:secret@h/db",
    "postgres://u:secret@h/db#x",
    "postgres://u:x?secret@h/db",
    "mysql://u:secret@h/db",
  ];
  for (const text of wrong) {
    assert.throws(() => parsePostgresAddress(text, NOTHING), (error: Error) => {
      return error instanceof SyntaxError && !error.message.includes("secret");
    }, text);
  }
});

Deno.test("showPostgresAddress() never shows a password", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (word, path) => {
    const password = encodeURIComponent(`SECRET${word}`);
    const address = parse(`postgres://u:${password}@h/${encodeURIComponent(path)}`);
    assert.ok(!showPostgresAddress(address).includes("SECRET"));
  }));
  assert.equal(
    showPostgresAddress(parse("postgres://u:p@[::1]/d")),
    "postgres://u@[::1]:5432/d",
  );
  assert.equal(
    showPostgresAddress(parse("postgres://u@/d?host=/run/pg&port=1")),
    "postgres://u@%2Frun%2Fpg:1/d",
  );
});

Deno.test("isPostgresAddress() knows the two names of the scheme", () => {
  assert.ok(isPostgresAddress("postgres://h") && isPostgresAddress("postgresql://h"));
  for (const text of ["postgres.db", "/postgres://h", "postgresq://h", "nats://h", ""]) {
    assert.ok(!isPostgresAddress(text), text);
  }
});
