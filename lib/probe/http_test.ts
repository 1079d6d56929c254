import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { measure } from "../../tests/support/fake_probe.ts";
import { FakeStream, systemError } from "../../tests/support/fake_stream.ts";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { concatBytes } from "../bytes.ts";
import { faviconHash } from "../fingerprint/favicon.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";
import type { OpenStream } from "./dialer.ts";
import { http } from "./http.ts";
import type { Finding, ProbeResult } from "./probe.ts";

type Arrival = string | Uint8Array | Error | null;

/** What each connection meets in turn; a single text is refusal by that error. */
type Encounter = readonly Arrival[] | "ECONNREFUSED";

const BODY = "<html><title>Admin &amp; login</title><p>hello</html>\n";

const PAGE = `HTTP/1.1 200 OK\r
Server: nginx/1.22.1\r
Date: Mon, 01 Jan 2024 00:00:00 GMT\r
Content-Type: text/html; charset=utf-8\r
Content-Length: ${BODY.length}\r
Connection: close\r
Set-Cookie: session=secret; Path=/\r
Set-Cookie: lang=en\r
X-Powered-By: PHP/8.2.7\r
\r
${BODY}`;

const ICON = Uint8Array.of(0, 0, 1, 0, 1);
const NOT_FOUND = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

/** Records of TLS: an alert, and the answer of a server that wants TLS. */
const ALERT = "\x15\x03\x01\0\x02\x02F";

function icon(...headers: string[]): readonly Arrival[] {
  const head = ["HTTP/1.1 200 OK", "Content-Length: 5", ...headers].join("\r\n");
  return [concatBytes(latin1Bytes(`${head}\r\n\r\n`), ICON)];
}

/** A server whose connections meet these in turn, and what was said on them. */
function server(...encounters: Encounter[]) {
  const streams: FakeStream[] = [];
  const open: OpenStream = () => {
    const encounter = encounters[streams.length];
    assert.ok(encounter !== undefined, "more connections than expected");
    const stream = new FakeStream(
      encounter === "ECONNREFUSED"
        ? []
        : encounter.map((item) => typeof item === "string" ? latin1Bytes(item) : item),
    );
    streams.push(stream);
    return encounter === "ECONNREFUSED"
      ? Promise.reject(systemError(encounter))
      : Promise.resolve(stream);
  };
  const said = () => streams.map(({ written }) => latin1(concatBytes(...written)));
  return { open, streams, said, paths: () => said().map((text) => text.split(" ")[1]) };
}

interface Where {
  readonly port?: number;
  readonly timeout?: number;
  readonly address?: string;
}

async function find(encounters: readonly Encounter[], where: Where = {}): Promise<Finding> {
  const result = await measure(http, server(...encounters).open, { port: 80, ...where });
  assert.ok(result.outcome === "ok", JSON.stringify(result));
  return result;
}

async function outcomeOf(encounters: readonly Encounter[], where: Where = {}): Promise<string> {
  const { open, streams } = server(...encounters);
  const result: ProbeResult = await measure(http, open, { port: 80, ...where });
  assert.equal(streams.length, encounters.length, "fewer connections than expected");
  return result.outcome;
}

Deno.test("http tells what a web server says about itself, and its icon", async () => {
  const { outcome, eventType, hash, fields, msg, lines } = await find([[PAGE], icon()]);
  assert.deepEqual([outcome, eventType], ["ok", "http_fingerprint"]);
  assert.match(hash, /^11205_[0-9a-f]{12}_[0-9a-f]{12}$/);
  assert.deepEqual(fields, {
    target_ip: "192.0.2.7",
    target_port: 80,
    scheme: "http",
    http_response_hash: hash,
    http_version: "1.1",
    status: 200,
    server: "nginx/1.22.1",
    header_order:
      "Server,Date,Content-Type,Content-Length,Connection,Set-Cookie,Set-Cookie,X-Powered-By",
    content_type: "text/html; charset=utf-8",
    content_length: BODY.length,
    powered_by: "PHP/8.2.7",
    cookie_names: ["session", "lang"],
    title: "Admin & login",
    body_size: BODY.length,
    body_sha256: createHash("sha256").update(BODY).digest("hex"),
    favicon_hash: faviconHash(ICON),
    favicon_sha256: createHash("sha256").update(ICON).digest("hex"),
    favicon_size: 5,
    favicon_path: "/favicon.ico",
  });
  assert.equal(msg, `HTTP 192.0.2.7:80 = ${hash}`);
  assert.deepEqual(lines, [
    ["http", hash],
    ["status", "200 OK"],
    ["server", "nginx/1.22.1"],
    ["title", "Admin & login"],
    ["favicon", String(faviconHash(ICON))],
  ]);
});

Deno.test("http asks for the page and the icon as no browser, on a connection each", async () => {
  const { open, said, streams } = server([PAGE], [NOT_FOUND]);
  await measure(http, open, { port: 8080 });
  const request = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: 192.0.2.7:8080\r\nUser-Agent: Mozilla/5.0 (compatible)\r\n` +
    "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n";
  assert.deepEqual(said(), [request("/"), request("/favicon.ico")]);
  assert.ok(streams.every(({ closed }) => closed));
});

Deno.test("http names the host without the default port, IPv6 in brackets and without its zone", async () => {
  const hostOf = async (address: string, port: number) => {
    const { open, said } = server([PAGE], [NOT_FOUND]);
    await measure(http, open, { address, port });
    return /Host: (\S+)/.exec(said()[0]!)![1];
  };
  assert.equal(await hostOf("192.0.2.7", 80), "192.0.2.7");
  assert.equal(await hostOf("2001:db8::1", 80), "[2001:db8::1]");
  assert.equal(await hostOf("2001:db8::1", 81), "[2001:db8::1]:81");
  assert.equal(await hostOf("fe80::1%eth0", 81), "[fe80::1]:81");
});

Deno.test("http follows no redirect", async () => {
  const redirect = "HTTP/1.1 302 Found\r\nLocation: http://198.51.100.9/x\r\n\r\n";
  const { open, paths } = server([redirect, null], [redirect, null]);
  const result = await measure(http, open, { port: 80 });
  assert.ok(result.outcome === "ok");
  assert.equal(result.fields["location"], "http://198.51.100.9/x");
  assert.equal(result.fields["status"], 302);
  assert.ok(!("favicon_hash" in result.fields));
  assert.deepEqual(paths(), ["/", "/favicon.ico"]);
});

Deno.test("http asks for the icon that the page names, at its own host only", async () => {
  const pathFor = async (href: string) => {
    const { open, paths } = server(
      [`HTTP/1.1 200 OK\r\n\r\n<link rel="icon" href="${href}">`, null],
      icon("Content-Type: image/png"),
    );
    const result = await measure(http, open, { port: 80 });
    assert.ok(result.outcome === "ok");
    assert.equal(result.fields["favicon_path"], paths()[1]);
    return paths()[1];
  };
  assert.equal(await pathFor("/a/b.png?v=1#x"), "/a/b.png?v=1");
  assert.equal(await pathFor("b.png"), "/b.png");
  assert.equal(await pathFor("http://192.0.2.7/c.png"), "/c.png");
  assert.equal(await pathFor("../../ a\r\nX: y\t\x00"), "/%20aX:%20y");
  for (
    const href of [
      "http://198.51.100.9/c.png",
      "//198.51.100.9/c.png",
      "https://192.0.2.7/c.png",
      "http://192.0.2.7:81/c.png",
      "data:image/png;base64,AA==",
      "javascript:1",
      "http://[",
      `/${"x".repeat(1500)}`,
    ]
  ) {
    assert.equal(await pathFor(href), "/favicon.ico", href);
  }
});

Deno.test("http takes nothing for an icon but a whole file that is no page", async () => {
  const answers: (readonly Arrival[])[] = [
    [NOT_FOUND],
    icon("Content-Type: text/html"),
    icon("Content-Encoding: gzip"),
    ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", null],
    ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    ["HTTP/1.1 200 OK\r\n\r\n", new Uint8Array(300_000), null],
    ["SSH-2.0-x\r\n"],
    [systemError("ECONNRESET")],
    [null],
  ];
  for (const answer of answers) {
    assert.ok(!("favicon_hash" in (await find([[PAGE], answer])).fields));
  }
  assert.ok(!("favicon_hash" in (await find([[PAGE], "ECONNREFUSED"])).fields));
});

Deno.test("http has the same hash while dates, cookies, lengths and the page change", async () => {
  const before = await find([[PAGE], icon()]);
  const later = PAGE.replace("01 Jan 2024", "02 Feb 2031").replace("session=secret", "s=x")
    .replace(/Content-Length: \d+/, "Content-Length: 4").replace("Set-Cookie: lang=en\r\n", "");
  assert.equal((await find([[later], [NOT_FOUND]])).hash, before.hash);
  assert.notEqual((await find([[PAGE.replace("1.22.1", "1.26.0")], icon()])).hash, before.hash);
});

Deno.test("http keeps control characters as they are, and bounds what it tells", async () => {
  const hostile = "a\0\x1b[2J\x9b";
  const { fields } = await find([
    [
      `HTTP/1.1 200 ${hostile}\r\nServer: ${hostile}${"x".repeat(9000)}\r\n` +
      `${"y".repeat(9000)}: 1\r\n${"Set-Cookie: a=b\r\n".repeat(99)}\r\n<title>${hostile}</title>`,
      null,
    ],
    [NOT_FOUND],
  ]);
  // Not UTF-8, therefore windows-1252.
  assert.equal(fields["title"], "a\0\x1b[2J\u203a");
  assert.ok(String(fields["server"]).startsWith(hostile));
  assert.equal(String(fields["server"]).length, 512);
  assert.equal(String(fields["header_order"]).length, 4096);
  assert.equal((fields["cookie_names"] as string[]).length, 32);
});

Deno.test("http tells no title of a body that would have to be unpacked", async () => {
  const page = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n<title>x</title>";
  const { fields } = await find([[page, null], [NOT_FOUND]]);
  assert.ok(!("title" in fields));
  assert.equal(fields["content_encoding"], "br");
});

Deno.test("http takes a page whose body does not end for what it is", async () => {
  const endings: (readonly Arrival[])[] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<title>x</title>", null],
    ["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<title>x</title>", systemError("ECONNRESET")],
    // And one that falls silent, which costs half of the time.
    ["HTTP/1.1 200 OK\r\n\r\n<title>x</title>"],
  ];
  for (const ending of endings) {
    const { fields } = await find([ending, [NOT_FOUND]], { timeout: 100 });
    assert.equal(fields["title"], "x");
    assert.equal(fields["body_truncated"], true);
    assert.ok(!("body_sha256" in fields));
  }
  const long = await find([["HTTP/1.1 200 OK\r\n\r\n", new Uint8Array(300_000)], [NOT_FOUND]]);
  assert.equal(long.fields["body_size"], 256 * 1024);
  assert.equal(long.fields["body_truncated"], true);
  assert.ok("body_sha256" in long.fields);
});

Deno.test("http says not_http to what is no HTTP, HTTP/0.9 included", async () => {
  assert.equal(await outcomeOf([["SSH-2.0-OpenSSH_9.2\r\n"]]), "not_http");
  assert.equal(await outcomeOf([["<html>hello</html>", null]]), "not_http");
  assert.equal(await outcomeOf([["\0\0\0"]]), "not_http");
  assert.equal(await outcomeOf([["ICY 200 OK\r\n\r\n"]]), "not_http");
});

Deno.test("http says protocol_error to broken heads", async () => {
  assert.equal(await outcomeOf([["HTTP/1.1 OK\r\n\r\n"]]), "protocol_error");
  assert.equal(
    await outcomeOf([[`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(12_000)}`]]),
    "protocol_error",
  );
  assert.equal(await outcomeOf([["HTTP/1.1 100 x\r\n\r\n".repeat(9)]]), "protocol_error");
  const many = `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(201)}\r\n`;
  assert.equal(await outcomeOf([[many, null], [NOT_FOUND]]), "protocol_error");
});

Deno.test("http takes no answer that is to be asked for again later", async () => {
  for (const head of ["429 x", "408 x", "503 x\r\nRetry-After: 120"]) {
    assert.equal(await outcomeOf([[`HTTP/1.1 ${head}\r\n\r\n`, null]]), "handshake_error");
  }
  assert.equal((await find([["HTTP/1.1 503 x\r\n\r\n", null], [NOT_FOUND]])).fields["status"], 503);
});

Deno.test("http says timeout to silence, closed to hang-ups and resets", async () => {
  assert.equal(await outcomeOf([[]], { timeout: 3 }), "timeout");
  assert.equal(await outcomeOf([["HTTP/1.1 200 OK\r\nA: "]], { timeout: 3 }), "timeout");
  assert.equal(await outcomeOf([[null], [null]]), "closed");
  assert.equal(await outcomeOf([["HTTP/1.1 200 OK\r\nA: b\r\n", null], [null]]), "closed");
  assert.equal(await outcomeOf([[systemError("ECONNRESET")], "ECONNREFUSED"]), "closed");
  assert.equal(await outcomeOf(["ECONNREFUSED"]), "refused");
});

Deno.test("http asks again inside TLS where an answer in the clear sounds like that", async () => {
  const { open, said } = server([ALERT], [ALERT]);
  assert.deepEqual((await measure(http, open, { port: 80 })).outcome, "handshake_error");
  assert.match(said()[0]!, /^GET /);
  assert.ok(said()[1]!.startsWith("\x16\x03\x01"));
  assert.equal(await outcomeOf([[null], [ALERT]]), "handshake_error");
  assert.equal(await outcomeOf([[ALERT], [null]]), "not_http");
  assert.equal(await outcomeOf([[ALERT], []], { timeout: 100 }), "timeout");
});

Deno.test("http takes a 400 for the answer where there is no TLS", async () => {
  const bad = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  for (const inside of [["HTTP/1.1 400 x\r\n\r\n", null], [null], [ALERT]]) {
    const { fields } = await find([[bad], inside, [NOT_FOUND]]);
    assert.deepEqual([fields["scheme"], fields["status"]], ["http", 400]);
  }
  // There may be TLS, whose answer would be another one.
  assert.equal(await outcomeOf([[bad], []], { timeout: 100 }), "timeout");
});

Deno.test("http tries TLS first on its ports, and then asks in the clear", async () => {
  const where = { port: 443, timeout: 1000 };
  const { fields } = await find([["HTTP/1.1 400 x\r\n\r\n"], [PAGE], [NOT_FOUND]], where);
  assert.deepEqual([fields["scheme"], fields["status"]], ["http", 200]);
  assert.equal((await find([[null], [PAGE], [NOT_FOUND]], where)).fields["scheme"], "http");
  assert.equal((await find([[], [PAGE], [NOT_FOUND]], { port: 8443, timeout: 100 })).outcome, "ok");
  assert.equal(await outcomeOf([[ALERT]], where), "handshake_error");
  assert.equal(await outcomeOf([["SSH-2.0-x\r\n"], ["SSH-2.0-x\r\n"]], where), "not_http");
  assert.equal(await outcomeOf([[null], [null]], where), "closed");
  assert.equal(await outcomeOf([[], []], { port: 443, timeout: 20 }), "timeout");
});

Deno.test("http ends in one outcome whatever arrives", async () => {
  const piece = fc.oneof(
    fc.constantFrom("HTTP/1.1 200 OK\r\n", "HTTP/1.1 400 x\r\n", "\r\n", "Content-Length: 5\r\n"),
    fc.constantFrom(
      "Transfer-Encoding: chunked\r\n",
      "5\r\n",
      "<title>",
      ALERT,
      "Location: //x\r\n",
    ),
    fc.string({ unit: CODE_POINT, minLength: 1, maxLength: 20 }),
  );
  const pieces = fc.array(piece, { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.tuple(pieces, pieces, pieces), async (connections) => {
      const { open } = server(...connections.map((arrivals) => [...arrivals, null]), [null]);
      const { outcome } = await measure(http, open, { port: 80 });
      const known = ["ok", "closed", "not_http", "handshake_error", "protocol_error"];
      assert.ok(known.includes(outcome), outcome);
    }),
    { numRuns: 60 },
  );
});
