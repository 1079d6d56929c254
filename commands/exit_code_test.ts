import assert from "node:assert/strict";
import { EXIT, formatError, UsageError, UserError } from "./exit_code.ts";

Deno.test("UserError fails with 1 unless told otherwise, UsageError with 2", () => {
  assert.equal(new UserError("m").code, EXIT.failed);
  assert.equal(new UserError("m", "h", 70).code, 70);
  assert.equal(new UsageError("m", "h").code, EXIT.usage);
  assert.ok(new UsageError("m") instanceof UserError);
});

Deno.test("formatError() puts the hint on a line of its own", () => {
  assert.equal(formatError(new UserError("no such file")), "decnet: no such file");
  assert.equal(
    formatError(new UsageError("no target", "decnet probe 192.0.2.7")),
    "decnet: no target\n  hint: decnet probe 192.0.2.7",
  );
});

Deno.test("formatError() takes anything that is thrown", () => {
  assert.equal(formatError(new TypeError("boom")), "decnet: boom");
  assert.equal(formatError("text"), "decnet: text");
  assert.equal(formatError(undefined), "decnet: undefined");
});

Deno.test("formatError() lets no control character of a message reach the terminal", () => {
  assert.equal(
    formatError(new UserError('"\x1b[2J\x9b\u202e" is no target', "help")),
    'decnet: "\\x1b[2J\\x9b\\u202e" is no target\n  hint: help',
  );
  assert.equal(formatError(new UserError("one\n  hint: two")), "decnet: one\n  hint: two");
});
