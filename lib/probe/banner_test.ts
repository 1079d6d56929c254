import assert from "node:assert/strict";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { measure } from "../../tests/support/fake_probe.ts";
import { FakeStream, openingBy, systemError } from "../../tests/support/fake_stream.ts";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { concatBytes, fromHex, toHex } from "../bytes.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";
import { bannerProbe } from "./banner.ts";
import type { Finding, ProbeResult } from "./probe.ts";

/** What has arrived is read before any timer fires, so that silence needs not be waited for. */
const probe = bannerProbe({ first: 2, answer: 2, next: 2 });

type Arrival = string | Error | null;

/** A server that says nothing until it is spoken to. */
class WaitingStream extends FakeStream {
  readonly #answer: readonly Arrival[];

  constructor(answer: readonly Arrival[]) {
    super();
    this.#answer = answer;
  }

  override async write(bytes: Uint8Array): Promise<number> {
    for (const arrival of this.#answer) this.push(arrived(arrival));
    return await super.write(bytes);
  }
}

function arrived(arrival: Arrival): Uint8Array | Error | null {
  return typeof arrival === "string" ? latin1Bytes(arrival) : arrival;
}

function meet(stream: FakeStream, port = 21): Promise<ProbeResult> {
  return measure(probe, openingBy(() => stream), { port });
}

function greeting(...arrivals: Arrival[]): FakeStream {
  return new FakeStream(arrivals.map(arrived));
}

async function find(stream: FakeStream, port?: number): Promise<Finding> {
  const result = await meet(stream, port);
  assert.ok(result.outcome === "ok", JSON.stringify(result));
  return result;
}

async function expectMiss(stream: FakeStream, outcome: string, detail: RegExp) {
  const result = await meet(stream);
  assert.ok(result.outcome !== "ok");
  assert.equal(result.outcome, outcome);
  assert.match(result.detail ?? "", detail);
}

Deno.test("banner tells what a server says first, and says nothing to it", async () => {
  const stream = greeting("220 (vsFTPd 3.0.3)\r\n");
  const hash = createHash("sha256").update("ftp\n220 (vsFTPd 3.0.3)").digest("hex").slice(0, 32);
  assert.deepEqual(await find(stream), {
    outcome: "ok",
    eventType: "banner_fingerprint",
    hash,
    fields: {
      target_ip: "192.0.2.7",
      target_port: 21,
      banner_hash: hash,
      service_guess: "ftp",
      product: "vsFTPd",
      version: "3.0.3",
      banner: "220 (vsFTPd 3.0.3)\r\n",
      banner_bytes: toHex(latin1Bytes("220 (vsFTPd 3.0.3)\r\n")),
    },
    msg: `Banner 192.0.2.7:21 ftp vsFTPd 3.0.3 = ${hash}`,
    lines: [["banner", hash], ["service", "ftp vsFTPd 3.0.3"], ["says", "220 (vsFTPd 3.0.3)\r\n"]],
  });
  assert.deepEqual(stream.written, []);
  assert.equal(stream.closed, true);
});

Deno.test("banner nudges a server that is silent, once", async () => {
  const stream = new WaitingStream(["-NOAUTH Authentication required.\r\n"]);
  const { fields } = await find(stream, 6379);
  assert.equal(fields["service_guess"], "redis");
  assert.equal(fields["nudged"], true);
  assert.equal(latin1(concatBytes(...stream.written)), "PING\r\n");
});

Deno.test("banner reads the same out of any pieces", async () => {
  const text = "220-Welcome\r\n220-there\r\n220 ready\r\nmore";
  const whole = await find(greeting("220-Welcome\r\n220-there\r\n220 ready\r\n"));
  assert.deepEqual(await find(greeting(...text.slice(0, -4))), whole);
});

Deno.test("banner ends a greeting without an end when the server falls silent or hangs up", async () => {
  const login = await find(greeting("\xff\xfd\x18\xff\xfb\x01", "\r\nlogin: "), 23);
  assert.equal(login.fields["service_guess"], "telnet");
  assert.deepEqual(login.fields["telnet_options"], ["do terminal-type", "will echo"]);
  assert.equal(login.fields["banner"], "\r\nlogin: ");
  assert.equal(login.fields["banner_bytes"], "fffd18fffb010d0a6c6f67696e3a20");
  const optionsAlone = await find(greeting("\xff\xfd\x18\xff\xfb\x01", null), 23);
  assert.equal(optionsAlone.hash, login.hash);
  assert.ok(!("banner" in optionsAlone.fields));
});

Deno.test("banner tells version and authentication plugin of MySQL", async () => {
  const payload = concatBytes(
    latin1Bytes("\x0a8.0.36\0"),
    fromHex("2a00000041424344454647480" + "0fff7080200ff8115" + "00".repeat(10)),
    latin1Bytes("ABCDEFGHIJKL\0caching_sha2_password\0"),
  );
  const packet = concatBytes(Uint8Array.of(payload.length, 0, 0, 0), payload);
  const { fields } = await find(greeting(latin1(packet)), 3306);
  assert.equal(fields["product"], "MySQL");
  assert.equal(fields["version"], "8.0.36");
  assert.equal(fields["mysql_auth_plugin"], "caching_sha2_password");
});

Deno.test("banner has the same hash while nothing but dates, ids and challenges change", async () => {
  const pairs = [
    [
      "220 x ESMTP Exim 4.96 Tue, 28 Jun 2026 12:00:00 +0000\r\n",
      "220 x ESMTP Exim 4.96 Wed, 1 Jul 2026 01:00:00 +0000\r\n",
    ],
    ["SSH-2.0-tinyssh_20220801 k5Jd8sQz\r\n", "SSH-2.0-tinyssh_20220801 Aw03kdXp\r\n"],
    ["\x03\x00\x01challenge", "\x17\x00\x01egnellahc, longer"],
  ] as const;
  for (const [first, second] of pairs) {
    assert.equal((await find(greeting(first))).hash, (await find(greeting(second))).hash);
  }
  const before = await find(greeting("220 (vsFTPd 3.0.3)\r\n"));
  assert.notEqual((await find(greeting("220 (vsFTPd 3.0.5)\r\n"))).hash, before.hash);
});

Deno.test("banner keeps control characters as they are, and bounds what it tells", async () => {
  const { fields } = await find(
    greeting(`\x1b]0;x\x07\r\n<134>1 forged\x9b${"y".repeat(9000)}`, null),
  );
  const banner = String(fields["banner"]);
  assert.ok(banner.startsWith("\x1b]0;x\x07\r\n<134>1 forged\x9byyy"));
  assert.equal(banner.length, 512);
  assert.equal(String(fields["banner_bytes"]).length, 512);
});

Deno.test("banner reads no more than it must of a server that never stops", async () => {
  let read = 0;
  const stream = greeting(...Array<string>(10).fill("z".repeat(4000)));
  const open = openingBy(() => stream);
  await measure(probe, async (...where) => {
    const inner = await open(...where);
    return {
      read: async (buffer) => {
        const length = await inner.read(buffer);
        read += length ?? 0;
        return length;
      },
      write: (bytes) => inner.write(bytes),
      close: () => inner.close(),
    };
  });
  assert.ok(read <= 2 * 4096, String(read));
  assert.equal(stream.closed, true);
});

Deno.test("banner says silent, and closed to servers that hang up or reset", async () => {
  await expectMiss(greeting(), "silent", /said nothing/);
  await expectMiss(greeting(null), "closed", /without a word/);
  await expectMiss(new WaitingStream([null]), "closed", /without a word/);
  await expectMiss(greeting(systemError("ECONNRESET")), "closed", /ECONNRESET/);
  await expectMiss(new WaitingStream([systemError("ECONNRESET")]), "closed", /ECONNRESET/);
});

Deno.test("banner says handshake_error to a server that has no room", async () => {
  await expectMiss(greeting("421 Too many users\r\n"), "handshake_error", /^ftp: 421 Too many/);
  await expectMiss(greeting("Exceeded MaxStartups\r\n", null), "handshake_error", /^ssh: Exceeded/);
});

Deno.test("banner ends in one outcome whatever arrives", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "220 x\r\n",
      "SSH-2.0-",
      "\xff\xfb\x01",
      "\n",
      "HTTP/1.1 400 x\r\n",
      "* BYE\r\n",
    ),
    fc.string({ unit: CODE_POINT, minLength: 1, maxLength: 30 }),
  );
  await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
    const { outcome } = await meet(greeting(...pieces, null));
    assert.ok(["ok", "closed", "handshake_error"].includes(outcome), outcome);
  }));
});
