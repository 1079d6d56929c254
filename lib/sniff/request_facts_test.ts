import assert from "node:assert/strict";
import { parseRequestHead, type RequestHead } from "../http/request_head.ts";
import { requestFacts } from "./request_facts.ts";

const encoder = new TextEncoder();

function head(text: string): RequestHead {
  return parseRequestHead(encoder.encode(text)) as RequestHead;
}

const REQUEST = "GET /a HTTP/1.1\r\nHost: decoy.example\r\nUser-Agent: zgrab\r\n\r\n";

Deno.test("requestFacts() gives the same for the same bytes, and other facts for others", () => {
  const facts = requestFacts(head(REQUEST), true);
  assert.equal(requestFacts(head(REQUEST), true), facts);
  const { ja4h, ...fields } = facts.fields.fields;
  assert.match(String(ja4h), /^ge11nn02/);
  assert.deepEqual(fields, {
    method: "GET",
    path: "/a",
    host: "decoy.example",
    http_version: "1.1",
    user_agent: "zgrab",
    headers_ordered: ["Host", "User-Agent"],
  });
  assert.notEqual(requestFacts(head(REQUEST.replace("/a", "/b")), true).name, facts.name);
});

Deno.test("requestFacts() has no JA4H when there is to be none, whatever was asked before", () => {
  assert.notEqual(requestFacts(head(REQUEST), true).fields.fields["ja4h"], undefined);
  assert.equal(requestFacts(head(REQUEST), false).fields.fields["ja4h"], undefined);
});

Deno.test("requestFacts() gives the same for requests of HTTP/2 that say the same", () => {
  const request = { ...head(REQUEST), version: "2" };
  const facts = requestFacts(request, true);
  assert.equal(requestFacts({ ...request }, true), facts);
  assert.match(String(facts.fields.fields["ja4h"]), /^ge20/);
  assert.notEqual(requestFacts({ ...request, target: "/b" }, true), facts);
  assert.notEqual(requestFacts({ ...request, headers: [] }, true), facts);
  assert.equal(requestFacts({ ...request }, false).fields.fields["ja4h"], undefined);
});

Deno.test("requestFacts() forgets requests of HTTP/2, and tells of them anew", () => {
  const request = { ...head(REQUEST), version: "2" };
  const first = requestFacts(request, true);
  for (let number = 0; number < 600; number++) {
    requestFacts({ ...request, target: `/${number}` }, true);
  }
  const again = requestFacts(request, true);
  assert.notEqual(again, first);
  assert.deepEqual(again.fields.fields, first.fields.fields);
});
