import assert from "node:assert/strict";
import { hidePassword } from "./hide_password.ts";

Deno.test("hidePassword() hides the password of an address, whatever is in it", () => {
  const hidden = [
    [
      "postgres://user:secret@host/db?sslmode=require",
      "postgres://user:***@host/db?sslmode=require",
    ],
    ["nats+tls://user:secret@a,b:4222/decnet", "nats+tls://user:***@a,b:4222/decnet"],
    ["postgresql://u:p@ss/w#r:d@host:1/db", "postgresql://u:***@host:1/db"],
    ["postgres://:secret@host/db", "postgres://:***@host/db"],
    [
      "postgres://host/db?user=u&password=secret&sslmode=disable",
      "postgres://host/db?user=u&password=***&sslmode=disable",
    ],
    ['"clickhouse://u:secret@h" is wrong', '"clickhouse://u:***@h" is wrong'],
  ] as const;
  for (const [text, shown] of hidden) assert.equal(hidePassword(text), shown);
});

Deno.test("hidePassword() leaves any other text as it is", () => {
  const texts = [
    "",
    "/var/lib/decnet/profile.db",
    "postgres://user@host:5432/db",
    "nats://hub:4222",
    "10.0.0.0/8",
    "someone@example.com",
    "C:\\x@y",
    "user:word@host",
  ];
  for (const text of texts) assert.equal(hidePassword(text), text);
});

Deno.test("hidePassword() gets through long text that never comes to an address", () => {
  for (const piece of ["a://b:", "a.", "a:", "://", "?password", "x://@"]) {
    const text = piece.repeat(40_000);
    assert.equal(hidePassword(text), text, piece);
  }
});
