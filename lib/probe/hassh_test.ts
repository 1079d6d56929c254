import assert from "node:assert/strict";
import fc from "fast-check";
import { serve } from "../../tests/support/scripted_server.ts";
import { concatBytes } from "../bytes.ts";
import {
  disconnectPayload,
  kexInitPayload,
  OPENSSH_9_2,
  packet,
  serverOpening,
} from "../../tests/support/fake_ssh_server.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { openStream } from "./dialer.ts";
import { measure } from "../../tests/support/fake_probe.ts";
import { FakeStream, openingBy, systemError } from "../../tests/support/fake_stream.ts";
import { hassh } from "./hassh.ts";
import type { Finding, ProbeResult } from "./probe.ts";

const BANNER = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10";
const HASH = "425d29fe50d8e4f5e37efb6e24bcf660";

type Arrival = Uint8Array | Error | null;

/** What the probe makes of a server that sends `arrivals`; null is the end of the stream. */
function meet(arrivals: readonly Arrival[], timeout?: number): Promise<ProbeResult> {
  const open = openingBy(() => new FakeStream(arrivals));
  return measure(hassh, open, timeout === undefined ? {} : { timeout });
}

function text(...lines: string[]): Uint8Array {
  return latin1Bytes(lines.join(""));
}

async function find(arrivals: readonly Arrival[]): Promise<Finding> {
  const result = await meet(arrivals);
  assert.ok(result.outcome === "ok", JSON.stringify(result));
  return result;
}

async function expectMiss(arrivals: readonly Arrival[], outcome: string, detail?: string) {
  const result = await meet(arrivals);
  assert.ok(result.outcome !== "ok");
  assert.equal(result.outcome, outcome);
  if (detail !== undefined) assert.equal(result.detail, detail);
}

Deno.test("hassh fingerprints OpenSSH 9.2p1 with its known hash, banner and lists", async () => {
  const result = await find([serverOpening(BANNER)]);
  assert.equal(result.eventType, "hassh_fingerprint");
  assert.equal(result.hash, HASH);
  assert.equal(result.msg, `HASSH 192.0.2.7:443 = ${HASH}`);
  const { kex_algorithms, encryption_s2c, mac_s2c, ...fields } = result.fields;
  assert.deepEqual(Object.keys(fields), [
    ...["target_ip", "target_port", "hassh_server_hash", "ssh_banner", "host_key_algorithms"],
    ...["encryption_c2s", "mac_c2s", "compression_c2s", "compression_s2c"],
  ]);
  assert.equal(fields["hassh_server_hash"], HASH);
  assert.equal(fields["ssh_banner"], BANNER);
  assert.deepEqual(kex_algorithms, OPENSSH_9_2.kexAlgorithms.split(","));
  assert.deepEqual(encryption_s2c, OPENSSH_9_2.encryptionServerToClient.split(","));
  assert.deepEqual(mac_s2c, OPENSSH_9_2.macServerToClient.split(","));
  assert.deepEqual(fields["compression_s2c"], ["none", "zlib@openssh.com"]);
});

Deno.test("hassh speaks first, for servers that wait, sends one line and hangs up", async () => {
  const stream = new FakeStream([serverOpening(BANNER)]);
  await measure(hassh, openingBy(() => stream));
  assert.deepEqual(concatBytes(...stream.written), text("SSH-2.0-OpenSSH_9.6\r\n"));
  assert.equal(stream.closed, true);
});

Deno.test("hassh reads the same out of any pieces", async () => {
  const opening = concatBytes(text("notice\r\n"), serverOpening(BANNER));
  const whole = await find([opening]);
  assert.deepEqual(await find(Array.from(opening, (byte) => Uint8Array.of(byte))), whole);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(opening.length), { maxLength: 5 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), opening.length];
      const pieces = at.slice(1).map((end, index) => opening.subarray(at[index], end));
      assert.deepEqual(await find(pieces.filter(({ length }) => length > 0)), whole);
    }),
    { numRuns: 20 },
  );
});

Deno.test("hassh tells the lines before the banner, the first eight of them", async () => {
  const result = await find([text("Authorised\r\n", "only\n"), serverOpening(BANNER)]);
  assert.deepEqual(result.fields["ssh_preamble"], ["Authorised", "only"]);
  assert.equal(result.hash, HASH);
  const talkative = await find([
    text(..."abcdefghij".split("").map((line) => `${line}\n`)),
    serverOpening(BANNER),
  ]);
  assert.deepEqual(talkative.fields["ssh_preamble"], ["a", "b", "c", "d", "e", "f", "g", "h"]);
});

Deno.test("hassh talks to servers that speak both versions, not to those that speak version 1 only", async () => {
  assert.equal((await find([serverOpening("SSH-1.99-Cisco-1.25")])).hash, HASH);
  await expectMiss([text("SSH-1.5-1.2.27\n")], "handshake_error", "speaks SSH protocol 1.5 only");
});

Deno.test("hassh keeps newlines and control characters of names as they are, in one list entry", async () => {
  const kexAlgorithms = 'a\r\n<134>1 forged,\x1b[2J\x00\x9b,"]\\';
  const result = await find([
    serverOpening("SSH-2.0-\x1b]0;x\x07", { ...OPENSSH_9_2, kexAlgorithms }),
  ]);
  assert.deepEqual(result.fields["kex_algorithms"], [
    "a\r\n<134>1 forged",
    "\x1b[2J\x00\x9b",
    '"]\\',
  ]);
  assert.equal(result.fields["ssh_banner"], "SSH-2.0-\x1b]0;x\x07");
});

Deno.test("hassh leaves out lists without a name", async () => {
  const { fields } = await find([
    serverOpening(BANNER, { ...OPENSSH_9_2, compressionClientToServer: "", macServerToClient: "" }),
  ]);
  assert.ok(!("compression_c2s" in fields));
  assert.ok(!("mac_s2c" in fields));
  assert.ok("compression_s2c" in fields);
});

Deno.test("hassh passes over messages before KEXINIT, but not for ever", async () => {
  const ignore = packet(concatBytes(Uint8Array.of(2), new Uint8Array(9)));
  const banner = text(BANNER, "\r\n");
  const kexInit = packet(kexInitPayload(OPENSSH_9_2));
  const messages = (count: number) => Array.from({ length: count }, () => ignore);
  assert.equal((await find([banner, ...messages(15), kexInit])).hash, HASH);
  await expectMiss([banner, ...messages(16), kexInit], "protocol_error");
});

Deno.test("hassh says not_ssh to servers that say something else", async () => {
  const answers: Arrival[][] = [
    [text("HTTP/1.1 400 Bad Request\r\n\r\n"), null],
    [text("220 mail.example ESMTP\r\n"), null],
    [text("SMTP"), null],
    [Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70)],
    [text("x".repeat(33_000))],
    // Closed with our line unread, which resets the connection.
    [text("220 mail.example ESMTP\r\n"), systemError("ECONNRESET")],
  ];
  for (const answer of answers) await expectMiss(answer, "not_ssh");
});

Deno.test("hassh says protocol_error to a banner without end, whatever stands around it", async () => {
  const long = "SSH-2.0-".padEnd(2000, "x");
  for (const sent of [long, `${long}\r\n`, `Welcome\r\n${long}\r\n\0\0`]) {
    await expectMiss([text(sent)], "protocol_error", "banner too long");
  }
});

Deno.test("hassh says not_ssh to text without a banner up to the deadline, and timeout to silence", async () => {
  assert.equal((await meet([text("220 ready\r\n")], 3)).outcome, "not_ssh");
  assert.equal((await meet([], 3)).outcome, "timeout");
  assert.equal((await meet([text("SSH-2.0-slow")], 3)).outcome, "timeout");
  assert.equal((await meet([text(BANNER, "\r\n")], 3)).outcome, "timeout");
});

Deno.test("hassh says closed to servers that hang up or reset, before the banner and after it", async () => {
  await expectMiss([null], "closed", "hung up without a word");
  await expectMiss([text("Hello\r\nSSH-2.0-slow"), null], "closed", "hung up within its banner");
  await expectMiss([systemError("ECONNRESET")], "closed");
  await expectMiss([text(BANNER, "\r\n"), null], "closed", "hung up before KEXINIT");
  await expectMiss([text(BANNER, "\r\n"), systemError("ECONNRESET")], "closed");
  await expectMiss([serverOpening(BANNER).subarray(0, 300), null], "closed");
});

Deno.test("hassh says closed to an OpenSSH that has no room now, so that it is asked again soon", async () => {
  for (const line of ["Exceeded MaxStartups", "Not allowed at this time"]) {
    for (const end of [null, systemError("ECONNRESET")]) {
      await expectMiss([text(line, "\r\n"), end], "closed", `turned us away: ${line}`);
    }
  }
});

Deno.test("hassh tells why a server disconnects", async () => {
  const banner = text(BANNER, "\r\n");
  const disconnect = packet(disconnectPayload("Too many connections"));
  await expectMiss(
    [banner, disconnect],
    "handshake_error",
    "disconnected: Too many connections",
  );
  const long = packet(disconnectPayload("x".repeat(500)));
  await expectMiss([banner, long], "handshake_error", `disconnected: ${"x".repeat(120)}`);
  await expectMiss([banner, packet(Uint8Array.of(1, 0))], "handshake_error", "disconnected: ");
});

Deno.test("hassh says protocol_error to packets that break the rules", async () => {
  const banner = text(BANNER, "\r\n");
  await expectMiss([banner, text("HTTP/1.1")], "protocol_error", "bad packet length");
  await expectMiss(
    [banner, packet(kexInitPayload(OPENSSH_9_2).subarray(0, 99))],
    "protocol_error",
    "KEXINIT is cut short",
  );
});

Deno.test("hassh ends in one outcome whatever arrives, and reads no more than it must", async () => {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 50 }),
    fc.constantFrom(
      ...[text("SSH-2.0-x\n"), text("hello\r\n"), packet(disconnectPayload("x"))],
      ...[packet(kexInitPayload(OPENSSH_9_2)), packet(Uint8Array.of(2)), text("y".repeat(20_000))],
    ),
  );
  await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 10 }), async (pieces) => {
    const { outcome } = await meet([...pieces, null]);
    assert.ok(
      ["ok", "closed", "not_ssh", "handshake_error", "protocol_error"].includes(outcome),
      outcome,
    );
  }));
});

Deno.test("hassh over a real connection: dribbled, hung up on, and answered in HTTP", async () => {
  const opening = serverOpening(BANNER);
  await using dribbling = serve(async (client) => {
    for (const byte of opening) await client.write(Uint8Array.of(byte));
    await client.read();
  });
  await using hangingUp = serve(async (client) => void await client.read());
  await using http = serve(async (client) => {
    await client.read();
    await client.write(text("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
  });
  const outcomeOf = async (port: number) => {
    const result = await measure(hassh, openStream, { address: "127.0.0.1", port });
    return result.outcome === "ok" ? result.hash : result.outcome;
  };
  assert.equal(await outcomeOf(dribbling.port), HASH);
  assert.equal(await outcomeOf(hangingUp.port), "closed");
  assert.equal(await outcomeOf(http.port), "not_ssh");
});
