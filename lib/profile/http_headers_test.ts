import assert from "node:assert/strict";
import { toolHeaders } from "./http_headers.ts";

Deno.test("toolHeaders() reads objects, JSON and the text of a Python dictionary", () => {
  const agent = { "user-agent": "curl/8.0" };
  assert.deepEqual(toolHeaders({ "User-Agent": "curl/8.0", Host: "x" }), agent);
  assert.deepEqual(toolHeaders('{"User-Agent":"curl/8.0"}'), agent);
  assert.deepEqual(toolHeaders("{'Host': 'x', 'User-Agent': 'curl/8.0'}"), agent);
  assert.deepEqual(toolHeaders("{'X-Mailer': \"go'phish\"}"), { "x-mailer": "go'phish" });
});

Deno.test("toolHeaders() finds nothing in what is damaged", () => {
  for (const value of [undefined, null, 7, "", "{", "{'user-agent':", "{'user-agent': 'x", "[]"]) {
    assert.deepEqual(toolHeaders(value), {}, String(value));
  }
});
