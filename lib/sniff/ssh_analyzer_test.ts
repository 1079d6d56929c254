import fc from "fast-check";
import assert from "node:assert/strict";
import { nameLists, sshOpening } from "../../tests/support/ssh_script.ts";
import { concatBytes } from "../bytes.ts";
import { SshAnalyzer } from "./ssh_analyzer.ts";

const CLIENT = sshOpening("SSH-2.0-client", nameLists("curve25519-sha256"));
const SERVER = sshOpening("SSH-2.0-server", nameLists("ecdh-sha2-nistp256"));

function analyzed() {
  const seen: string[] = [];
  const analyzer = new SshAnalyzer({
    keyExchange: (fromOpener, identification, { kexAlgorithms }) => {
      seen.push(`${fromOpener ? ">" : "<"}${identification?.banner ?? "?"} ${kexAlgorithms}`);
    },
    packet: (fromOpener, payloadLength) => seen.push(`${fromOpener ? ">" : "<"}${payloadLength}`),
    end: () => seen.push("end"),
  });
  return { analyzer, seen };
}

const BOTH = ["<SSH-2.0-server ecdh-sha2-nistp256", ">SSH-2.0-client curve25519-sha256"];

Deno.test("SshAnalyzer reads a server's KEXINIT that comes before the client's banner", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(false, SERVER);
  assert.deepEqual(seen, BOTH.slice(0, 1));
  analyzer.data(true, CLIENT);
  assert.deepEqual(seen, BOTH);
});

Deno.test("SshAnalyzer reads both sides wherever they are split", () => {
  const cuts = fc.array(fc.nat(CLIENT.length), { maxLength: 8 });
  fc.assert(fc.property(cuts, cuts, (clientCuts, serverCuts) => {
    const { analyzer, seen } = analyzed();
    for (
      const [fromOpener, bytes, cut] of [
        [false, SERVER, serverCuts],
        [true, CLIENT, clientCuts],
      ] as const
    ) {
      const bounds = [0, ...[...cut].sort((a, b) => a - b), bytes.length];
      for (const [index, start] of bounds.slice(0, -1).entries()) {
        assert.equal(analyzer.data(fromOpener, bytes.subarray(start, bounds[index + 1])), true);
      }
    }
    assert.deepEqual(seen, BOTH);
  }));
});

Deno.test("SshAnalyzer passes over lines before the banner and packets before KEXINIT", () => {
  const { analyzer, seen } = analyzed();
  const line = new TextEncoder().encode("Welcome\r\n");
  analyzer.data(false, concatBytes(line, SERVER));
  const end = CLIENT.indexOf(0x0a) + 1;
  // SSH_MSG_IGNORE with an empty string (RFC 4253 11.2).
  const ignore = Uint8Array.of(0, 0, 0, 12, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  analyzer.data(true, concatBytes(CLIENT.subarray(0, end), ignore, CLIENT.subarray(end)));
  assert.deepEqual(seen, BOTH);
});

Deno.test("SshAnalyzer passes over many lines that come byte by byte", () => {
  const { analyzer, seen } = analyzed();
  const lines = new TextEncoder().encode("a\r\n".repeat(10_000));
  for (let at = 0; at < lines.length; at++) {
    analyzer.data(false, lines.subarray(at, at + 1));
    assert.ok(analyzer.held < 1024);
  }
  analyzer.data(false, SERVER);
  assert.deepEqual(seen, BOTH.slice(0, 1));
});

Deno.test("SshAnalyzer reads one KEXINIT a side, and does not join what is before and behind a gap", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(true, CLIENT);
  analyzer.data(true, CLIENT);
  assert.equal(analyzer.listens(true), false);
  analyzer.data(false, SERVER.subarray(0, 40));
  assert.equal(analyzer.gap(false), true);
  analyzer.data(false, SERVER.subarray(40));
  assert.deepEqual(seen, BOTH.slice(1));
});

/** A KEXINIT packet without what comes before it. */
const lists = (opening: Uint8Array) => opening.subarray(opening.indexOf(0x0a) + 1);

Deno.test("SshAnalyzer reads a KEXINIT whose banner was lost, and one behind a gap", () => {
  const { analyzer, seen } = analyzed();
  analyzer.data(false, lists(SERVER));
  analyzer.data(true, CLIENT.subarray(0, 40));
  analyzer.gap(true);
  analyzer.data(true, CLIENT.subarray(60));
  analyzer.data(true, lists(CLIENT));
  assert.deepEqual(seen, ["<? ecdh-sha2-nistp256", ">SSH-2.0-client curve25519-sha256"]);
});

Deno.test("SshAnalyzer passes over what comes before SSH, up to 64 KiB of it", () => {
  const proxy = Uint8Array.of(5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 22);
  const { analyzer, seen } = analyzed();
  analyzer.data(false, proxy);
  analyzer.data(false, SERVER);
  assert.deepEqual(seen, BOTH.slice(0, 1));
  for (let bytes = 0; bytes <= 70_000; bytes += 1000) analyzer.data(true, new Uint8Array(1000));
  assert.equal(analyzer.listens(true), false);
  assert.equal(analyzer.held, 0);
});

Deno.test("SshAnalyzer counts packets to the end, whatever they hold", () => {
  const { analyzer, seen } = analyzed();
  analyzer.packet(true, 0);
  analyzer.data(true, new TextEncoder().encode("no ssh\0\n"));
  analyzer.packet(false, 36);
  analyzer.end();
  assert.deepEqual(seen, [">0", "<36", "end"]);
});

Deno.test("SshAnalyzer never throws", () => {
  const part = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(CLIENT, SERVER));
  fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), part), { maxLength: 8 }), (parts) => {
    const { analyzer, seen } = analyzed();
    for (const [fromOpener, bytes] of parts) analyzer.data(fromOpener, bytes);
    assert.ok(seen.length <= 2);
  }));
});
