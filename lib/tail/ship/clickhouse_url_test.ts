import assert from "node:assert/strict";
import { parseClickhouseUrl } from "./clickhouse_url.ts";

function parts(text: string) {
  const url = parseClickhouseUrl(text);
  return [`${url.protocol}//${url.host}${url.pathname}`, url.searchParams.get("query")];
}

Deno.test("parseClickhouseUrl() gives the request that inserts rows into the table", () => {
  assert.deepEqual(parts("clickhouse://db.example/decnet.events"), [
    "http://db.example:8123/",
    "INSERT INTO `decnet`.`events` FORMAT JSONEachRow",
  ]);
  assert.deepEqual(parts("clickhouse+tls://[2001:db8::1]/events"), [
    "https://[2001:db8::1]:8443/",
    "INSERT INTO `events` FORMAT JSONEachRow",
  ]);
  // The ports that URLs leave out.
  assert.equal(parts("clickhouse://db.example:80/events")[0], "http://db.example/");
  assert.equal(parts("clickhouse+tls://db.example:443/events")[0], "https://db.example/");
});

for (
  const text of [
    ...["clickhouse://db.example", "clickhouse://db.example/", "clickhouse:///t", "clickhouse:t"],
    ...[
      "clickhouse://x:0/t",
      "clickhouse://x:99999/t",
      "clickhouse://x/a.b.c",
      "clickhouse://x/a b",
    ],
    ...["clickhouse://x/t;DROP", "clickhouse://x/`t`", "clickhouse://x/t?async_insert=1"],
    ...["clickhouse://x/t%20", "clickhouse://x/1t", "clickhouse+udp://x/t", "clickhouse://::1/t"],
  ]
) {
  Deno.test(`parseClickhouseUrl() refuses ${text}`, () => {
    assert.throws(() => parseClickhouseUrl(text), /is none of clickhouse:/);
  });
}

for (const text of ["clickhouse://user:secret@x/t", "clickhouse://x/t?password=secret"]) {
  Deno.test(`parseClickhouseUrl() refuses ${text}, and does not repeat the password`, () => {
    assert.throws(
      () => parseClickhouseUrl(text),
      ({ message }: Error) => message.includes("--header @FILE") && !message.includes("secret"),
    );
  });
}
