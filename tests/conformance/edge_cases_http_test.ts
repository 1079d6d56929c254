/**
 * HTTP requests of every form. The lists that JA4H covers are written by hand, and hashed by a second
 * implementation.
 */
import assert from "node:assert/strict";
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import { foundValues } from "../support/found_fingerprints.ts";
import { MadeConnection } from "../support/made_connection.ts";
import { MadeDatagrams } from "../support/made_datagrams.ts";
import { referenceJa4h, type RequestLists } from "../support/reference_fingerprints.ts";
import { latin1Bytes } from "../../lib/text/latin1.ts";

const web = { serverPort: 80 };

/** JA4H of what a client says, in segments that end at `cuts`. */
function ja4hOf(bytes: Uint8Array, cuts: readonly number[] = [], serverPort = 80): string[] {
  const connection = new MadeConnection({ serverPort });
  return foundValues([...connection.open(), ...connection.pieces("client", bytes, cuts)], "ja4h");
}

const request = (...lines: string[]) => latin1Bytes([...lines, "", ""].join("\r\n"));

const GET = { method: "ge", version: "11", names: ["Host"] };

/** What is special, the request, and its lists. */
const REQUESTS: readonly (readonly [name: string, lines: readonly string[], RequestLists])[] = [
  ["of the plainest form", ["GET / HTTP/1.1", "Host: a"], GET],
  ["of HTTP/1.0", ["GET / HTTP/1.0", "Host: a"], { ...GET, version: "10" }],
  ["without headers", ["GET / HTTP/1.1"], { ...GET, names: [] }],
  // Methods.
  ["with POST", ["POST /x HTTP/1.1", "Host: a"], { ...GET, method: "po" }],
  ["with PUT", ["PUT /x HTTP/1.1", "Host: a"], { ...GET, method: "pu" }],
  ["with HEAD", ["HEAD / HTTP/1.1", "Host: a"], { ...GET, method: "he" }],
  ["with OPTIONS", ["OPTIONS * HTTP/1.1", "Host: a"], { ...GET, method: "op" }],
  ["with DELETE", ["DELETE /x HTTP/1.1", "Host: a"], { ...GET, method: "de" }],
  ["with PATCH", ["PATCH /x HTTP/1.1", "Host: a"], { ...GET, method: "pa" }],
  ["with TRACE", ["TRACE / HTTP/1.1", "Host: a"], { ...GET, method: "tr" }],
  ["with CONNECT", ["CONNECT a:443 HTTP/1.1", "Host: a:443"], { ...GET, method: "co" }],
  ["with PROPFIND", ["PROPFIND / HTTP/1.1", "Host: a"], { ...GET, method: "pf" }],
  ["with a method in lower case", ["get / HTTP/1.1", "Host: a"], GET],
  ["with a method in mixed case", ["Get / HTTP/1.1", "Host: a"], GET],
  ["with a method that nobody knows", ["FROBNICATE / HTTP/1.1", "Host: a"], {
    ...GET,
    method: "fr",
  }],
  // Headers.
  ["with names in every case", ["GET / HTTP/1.1", "hOST: a", "X-a: 1", "x-A: 2"], {
    ...GET,
    names: ["hOST", "X-a", "x-A"],
  }],
  ["with a name that comes twice", ["GET / HTTP/1.1", "Host: a", "Via: 1", "Via: 2"], {
    ...GET,
    names: ["Host", "Via", "Via"],
  }],
  ["with an empty value", ["GET / HTTP/1.1", "Host:", "User-Agent: "], {
    ...GET,
    names: ["Host", "User-Agent"],
  }],
  ["with colons in a value", ["GET / HTTP/1.1", "Host: a:80", "X: b: c: d"], {
    ...GET,
    names: ["Host", "X"],
  }],
  [
    "with a folded header",
    ["GET / HTTP/1.1", "Host: a", "X-Long: one", "  two", "\tthree", "Z: 1"],
    {
      ...GET,
      names: ["Host", "X-Long", "Z"],
    },
  ],
  ["with bytes above 0x7f in a name", ["GET / HTTP/1.1", "Host: a", "X-\u00e9: 1"], {
    ...GET,
    names: ["Host", "X-\u00e9"],
  }],
  ["with bytes above 0x7f in values", ["GET /\u00ff HTTP/1.1", "Host: \u00e4", "X: \u0080"], {
    ...GET,
    names: ["Host", "X"],
  }],
  ["with 99 headers", ["GET / HTTP/1.1", ...numbered(99)], { ...GET, names: names(99) }],
  ["with 120 headers", ["GET / HTTP/1.1", ...numbered(120)], { ...GET, names: names(120) }],
  // Cookie and Referer.
  ["with a cookie", ["GET / HTTP/1.1", "Host: a", "Cookie: a=1"], { ...GET, cookies: ["a=1"] }],
  ["with cookies in no order", ["GET / HTTP/1.1", "Host: a", "Cookie: z=1; a=2; m=3"], {
    ...GET,
    cookies: ["a=2", "m=3", "z=1"],
  }],
  ["with cookies of upper and lower case", ["GET / HTTP/1.1", "Cookie: b=1; A=2; a=3; B=4"], {
    ...GET,
    names: [],
    cookies: ["A=2", "B=4", "a=3", "b=1"],
  }],
  ["with an equals sign in a cookie", ["GET / HTTP/1.1", "Host: a", "Cookie: t=a==; s=b=c"], {
    ...GET,
    cookies: ["s=b=c", "t=a=="],
  }],
  ["with a cookie in lower case, and a referer", [
    "GET / HTTP/1.1",
    "host: a",
    "cookie: b=2; a=1",
    "referer: http://a/",
  ], { ...GET, names: ["host"], cookies: ["a=1", "b=2"], referer: true }],
  ["with bytes above 0x7f in a cookie", ["GET / HTTP/1.1", "Host: a", "Cookie: k\u00e9=\u00ff"], {
    ...GET,
    cookies: ["k\u00e9=\u00ff"],
  }],
  ["with Referer between others", ["GET / HTTP/1.1", "Host: a", "Referer: http://b/", "Z: 1"], {
    ...GET,
    names: ["Host", "Z"],
    referer: true,
  }],
  // Accept-Language.
  ...languages([
    ["en-US,en;q=0.9", "enus"],
    ["en", "en00"],
    ["de-DE", "dede"],
    ["de;q=0.8", "de00"],
    ["EN-gb", "engb"],
    ["zh-Hans-CN,zh;q=0.9", "zhha"],
    ["da, en-GB;q=0.8", "da00"],
    ["fil-PH", "filp"],
    ["x", "x000"],
    [" fr-CA ", "frca"],
    ["", "0000"],
  ]),
];

function numbered(count: number): string[] {
  return names(count).map((name, index) => `${name}: ${index}`);
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `X-${index}`);
}

function languages(forms: readonly (readonly [value: string, code: string])[]) {
  return forms.map(([value, language]) =>
    [
      `whose Accept-Language is "${value}"`,
      ["GET / HTTP/1.1", "Host: a", `Accept-Language: ${value}`],
      { ...GET, names: ["Host", "Accept-Language"], language },
    ] as const
  );
}

for (const [name, lines, lists] of REQUESTS) {
  Deno.test(`sniff gives a request ${name} the JA4H of its lists`, () => {
    assert.deepEqual(ja4hOf(request(...lines)), [referenceJa4h(lists)]);
  });
}

const BROWSER = request(
  ...["GET /page?q=1 HTTP/1.1", "Host: decoy.example", "User-Agent: Mozilla/5.0", "Accept: */*"],
  ...["Accept-Language: en-GB,en;q=0.5", "Referer: http://decoy.example/"],
  ...["Cookie: session=7; a=b", "Connection: keep-alive"],
);
const BROWSER_JA4H = referenceJa4h({
  ...GET,
  names: ["Host", "User-Agent", "Accept", "Accept-Language", "Connection"],
  language: "engb",
  referer: true,
  cookies: ["a=b", "session=7"],
});

Deno.test("sniff finds a request in two segments, wherever it is cut, and on any port", () => {
  for (let cut = 1; cut < BROWSER.length; cut++) {
    assert.deepEqual(
      ja4hOf(BROWSER, [cut], cut % 2 === 0 ? 80 : 8000 + cut),
      [BROWSER_JA4H],
      `${cut}`,
    );
  }
});

Deno.test("sniff finds a request whose target is no text, wherever it is cut", () => {
  const bytes = request("GET /\x16\x03\x01\0\xff HTTP/1.1", "Host: a");
  const behindProxy = concatBytes(
    latin1Bytes("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
    bytes,
  );
  for (const said of [bytes, behindProxy]) {
    for (let cut = 1; cut < said.length; cut++) {
      assert.deepEqual(ja4hOf(said, [cut], 8000), [referenceJa4h(GET)], `cut at ${cut}`);
    }
  }
});

Deno.test("sniff finds a request byte by byte, backwards, and twice", () => {
  const all = Array.from({ length: BROWSER.length - 1 }, (_, index) => index + 1);
  assert.deepEqual(ja4hOf(BROWSER, all), [BROWSER_JA4H]);
  const connection = new MadeConnection(web);
  const open = connection.open();
  const pieces = connection.pieces("client", BROWSER, [40, 90, 130]);
  assert.deepEqual(foundValues([...open, ...pieces.toReversed()], "ja4h"), [BROWSER_JA4H]);
  assert.deepEqual(foundValues([...open, ...pieces, ...pieces], "ja4h"), [BROWSER_JA4H]);
});

Deno.test("sniff finds every request of a pipeline, bodies between them", () => {
  const posted = concatBytes(
    request("POST / HTTP/1.1", "Host: a", "Content-Length: 40"),
    latin1Bytes("GET /not HTTP/1.1\r\nHost: a body it is.\r\n\r\n".padEnd(40).slice(0, 40)),
  );
  const chunked = concatBytes(
    request("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"),
    latin1Bytes("5\r\nGET /\r\n0\r\n\r\n"),
  );
  const bytes = concatBytes(posted, BROWSER, chunked, request("HEAD / HTTP/1.1", "Host: a"));
  const post = (name: string) => referenceJa4h({ ...GET, method: "po", names: ["Host", name] });
  const expected = [
    post("Content-Length"),
    BROWSER_JA4H,
    post("Transfer-Encoding"),
    referenceJa4h({ ...GET, method: "he" }),
  ];
  for (const cuts of [[], [10, 100, 101, 200], [posted.length], [posted.length - 1, 250]]) {
    assert.deepEqual(ja4hOf(bytes, cuts), expected, `cut at ${cuts}`);
  }
});

Deno.test("sniff takes lines that end in LF alone, and empty lines before a request", () => {
  assert.deepEqual(ja4hOf(latin1Bytes("GET / HTTP/1.1\nHost: a\n\n")), [referenceJa4h(GET)]);
  assert.deepEqual(ja4hOf(latin1Bytes("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")), [
    referenceJa4h(GET),
  ]);
});

Deno.test("sniff finds requests in a connection whose start was not captured, and of one side alone", () => {
  const connection = new MadeConnection(web);
  assert.deepEqual(foundValues(connection.pieces("client", BROWSER, [50]), "ja4h"), [BROWSER_JA4H]);
});

Deno.test("sniff finds requests behind a response", () => {
  const connection = new MadeConnection(web);
  const packets = [
    ...connection.open(),
    ...connection.pieces("client", BROWSER),
    ...connection.pieces("server", latin1Bytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
    ...connection.pieces("client", request("GET / HTTP/1.1", "Host: a"), [], BROWSER.length),
  ];
  assert.deepEqual(foundValues(packets, "ja4h"), [BROWSER_JA4H, referenceJa4h(GET)]);
});

/** A frame of HTTP/2 (RFC 9113 4.1). */
function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  return new ByteWriter().uint(3, payload.length).u8(type).u8(flags).uint(4, stream)
    .bytes(payload).finish();
}

/** A literal field without indexing, its name and value without Huffman coding (RFC 7541 6.2.2). */
function literal(name: string, value: string): Uint8Array {
  return concatBytes(
    Uint8Array.of(0, name.length),
    latin1Bytes(name),
    Uint8Array.of(value.length),
    latin1Bytes(value),
  );
}

Deno.test("sniff gives requests of HTTP/2 with prior knowledge their JA4H", () => {
  const block = concatBytes(
    // :method GET, :scheme http, :path / of the static table (RFC 7541 A).
    Uint8Array.of(0x82, 0x86, 0x84),
    literal(":authority", "decoy.example"),
    literal("user-agent", "made"),
    literal("accept-language", "fr-CH, fr;q=0.9"),
    literal("cookie", "b=2"),
    literal("cookie", "a=1"),
    literal("referer", "http://decoy.example/"),
  );
  const expected = referenceJa4h({
    method: "ge",
    version: "20",
    names: ["user-agent", "accept-language"],
    language: "frch",
    referer: true,
    cookies: ["a=1", "b=2"],
  });
  const preface = concatBytes(
    latin1Bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    http2Frame(4, 0, 0, new Uint8Array(0)),
  );
  const whole = concatBytes(preface, http2Frame(1, 5, 1, block));
  const continued = concatBytes(
    preface,
    http2Frame(8, 0, 0, Uint8Array.of(0, 0, 255, 0)),
    http2Frame(1, 1, 1, block.subarray(0, 40)),
    http2Frame(9, 4, 1, block.subarray(40)),
  );
  for (const bytes of [whole, continued]) {
    for (const cuts of [[], [10], [24, 33, 60], [45, 46, 47]]) {
      assert.deepEqual(ja4hOf(bytes, cuts), [expected], `cut at ${cuts}`);
    }
  }
});

Deno.test("sniff gives requests of SSDP, which come in datagrams, their JA4H", () => {
  const search = request(
    ...["M-SEARCH * HTTP/1.1", "HOST: 239.255.255.250:1900", 'MAN: "ssdp:discover"', "MX: 1"],
  );
  const talk = new MadeDatagrams({ server: "239.255.255.250", serverPort: 1900 });
  assert.deepEqual(foundValues([talk.from("client", search)], "ja4h"), [
    referenceJa4h({ ...GET, method: "ms", names: ["HOST", "MAN", "MX"] }),
  ]);
});
