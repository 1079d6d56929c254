import assert from "node:assert/strict";
import fc from "fast-check";
import { passwordIn } from "./password_file.ts";

const WANTED = { host: "h", port: 5432, database: "d", user: "u" };

Deno.test("passwordIn() gives the password of the first line that fits", () => {
  const cases = [
    ["h:5432:d:u:one\nh:5432:d:u:other\n", "one"],
    ["*:*:*:u:one", "one"],
    ["h:5433:d:u:wrong\nx:*:*:*:wrong\n*:*:*:*:right\r\n", "right"],
    ["# h:5432:d:u:no\n\nh:5432:d:u:a\\:b\\\\c:d", "a:b\\c:d"],
    ["h:5432:d:u:", ""],
    ["h:5432:d:u", undefined],
    ["h\\:5432:d:u:x", undefined],
    ["", undefined],
  ] as const;
  for (const [text, password] of cases) assert.equal(passwordIn(text, WANTED), password, text);
});

Deno.test("passwordIn() reads back any field that was written by the rules", () => {
  const field = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]|^\*$|^#/.test(text));
  const escape = (text: string) => text.replace(/[\\:]/g, "\\$&");
  fc.assert(fc.property(field, field, field, field, (host, database, user, password) => {
    const line = [host, "1", database, user, password].map(escape).join(":");
    assert.equal(passwordIn(line, { host, port: 1, database, user }), password);
  }));
});
