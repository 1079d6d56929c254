import assert from "node:assert/strict";
import { CAPTURED_STACKS } from "../../../tests/support/captured_stacks.ts";
import {
  observationOf,
  observedPacket,
  observedSyn,
} from "../../../tests/support/observed_stack.ts";
import text from "./signatures.fp" with { type: "text" };
import { parseDatabase } from "./database.ts";
import { StackIdentifier } from "./identifier.ts";
import { StackMatcher } from "./matcher.ts";
import { ownSignatures } from "./signatures.ts";

Deno.test("our signature file has no errors", () => {
  assert.deepEqual(parseDatabase(text).errors, []);
});

Deno.test("our signature file is ASCII, and within what p0f itself accepts", () => {
  // deno-lint-ignore no-control-regex
  assert.match(text, /^[\x00-\x7f]*$/);
  const [, declared] = /^classes = (.*)$/m.exec(text)!;
  const families = new Set(["!", ...declared!.split(",")]);
  const { requests, responses } = ownSignatures();
  for (const { label, line } of [...requests, ...responses]) {
    assert.ok(families.has(label.family), `line ${line}`);
    // p0f wants to know on what systems a program runs.
    assert.equal(label.family === "!", label.systems.length > 0, `line ${line}`);
  }
});

Deno.test("our signatures name the stacks that were captured", () => {
  const matcher = new StackMatcher(ownSignatures());
  for (const { from, packet, label } of CAPTURED_STACKS) {
    const match = matcher.match(observedPacket(packet));
    assert.equal(match?.entry.label.text, label, from);
    assert.equal(match?.fuzzy, false, from);
  }
});

Deno.test("our signatures tell scanners by name", () => {
  const identifier = new StackIdentifier(ownSignatures());
  for (const { from, packet } of CAPTURED_STACKS) {
    const tool = /^(nmap|masscan|zmap|hping|nping)/.exec(from)?.[1];
    const { osGuess } = identifier.identify(observedPacket(packet));
    // What the scanned host answers is in the list, too.
    if (osGuess === "linux") continue;
    assert.equal(osGuess, tool === "nping" ? "nmap" : tool, from);
  }
});

Deno.test("each of our signatures finds what it describes, and no other label comes before it", () => {
  const database = ownSignatures();
  const matcher = new StackMatcher(database);
  for (const [list, synAck] of [[database.requests, false], [database.responses, true]] as const) {
    for (const { label, signature, line } of list) {
      const match = matcher.match(observationOf(signature, synAck));
      assert.equal(match?.entry.label.text, label.text, `line ${line}: ${signature.text}`);
      assert.equal(match?.fuzzy, false, `line ${line}`);
    }
  }
});

Deno.test("our signatures know the systems of today by their published parameters", () => {
  const cases: [string, Parameters<typeof observedSyn>][] = [
    ["windows", [{ ttl: 128, window: 64240 }, "020405b40103030801010402"]],
    ["windows", [{ ttl: 113, window: 65535 }, "020405b40103030801010402"]],
    ["windows", [{ ttl: 128, window: 8192 }, "020405b40103030201010402"]],
    ["macos_ios", [
      { window: 65535, ipId: 0, tcpFlags: 0xc2 },
      "020405b4010303060101080a780321b50000000004020000",
    ]],
    ["freebsd", [{ window: 65535, ipId: 0 }, "020405b4010303060402080a7803211100000000"]],
    ["openbsd", [{ window: 16384 }, "020405b401010402010303060101080a7803211100000000"]],
    ["netbsd", [{ window: 32768 }, "020405b401030303040201010101080a7803211100000000"]],
    ["zmap", [{ ttl: 244, window: 65535, dontFragment: false }, "020405b40103030801010402"]],
    ["embedded", [{ ttl: 250, window: 4128, dontFragment: false }, "02040218"]],
  ];
  const identifier = new StackIdentifier(ownSignatures());
  for (const [expected, given] of cases) {
    const stack = identifier.identify(observedSyn(...given));
    assert.equal(stack.osGuess, expected, stack.signature);
    assert.equal(stack.match?.fuzzy, false, stack.signature);
  }
});
