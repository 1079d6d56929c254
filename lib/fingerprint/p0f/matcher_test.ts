import assert from "node:assert/strict";
import fc from "fast-check";
import { observedSyn } from "../../../tests/support/observed_stack.ts";
import { parseDatabase } from "./database.ts";
import { StackMatcher } from "./matcher.ts";
import { observe, StackObservation } from "./observation.ts";
import { parseTcpOptions, TcpOptions } from "../../net/tcp_options.ts";

/** A matcher for SYNs; a label is followed by its signatures. */
function matcher(...lines: string[]): StackMatcher {
  const text = lines.map((line) => `${/^[sg]:/.test(line) ? "label" : "sig"} = ${line}`).join("\n");
  const { database, errors } = parseDatabase(`[tcp:request]\n${text}`);
  assert.deepEqual(errors, []);
  return new StackMatcher(database);
}

/** Flavour of the label, `~` in front of it for a fuzzy match, and the distance. */
function found(matcher: StackMatcher, ...given: Parameters<typeof observedSyn>) {
  const match = matcher.match(observedSyn(...given));
  return match && `${match.fuzzy ? "~" : ""}${match.entry.label.flavour} ${match.distance}`;
}

const LAYOUT = "mss,sok,ts,nop,ws";

Deno.test("match() takes the first specific signature, wherever generic ones stand", () => {
  const stacks = matcher(
    "g:unix:Linux:generic",
    `*:64:0:*:*,*:${LAYOUT}:df,id+:0`,
    "s:unix:Linux:first",
    `*:64:0:*:mss*44,*:${LAYOUT}:df,id+:0`,
    "s:unix:Linux:second",
    `*:64:0:*:64240,7:${LAYOUT}:df,id+:0`,
  );
  assert.equal(found(stacks), "first 0");
  assert.equal(found(stacks, { window: 1 }), "generic 0");
});

Deno.test("match() prefers a generic signature that fits to a specific one that nearly does", () => {
  const stacks = matcher(
    "s:unix:Linux:specific",
    `*:64:0:*:64240,7:${LAYOUT}:df,id+:0`,
    "g:unix:Linux:generic",
    `*:64:0:*:*,*:${LAYOUT}:df:0`,
  );
  assert.equal(found(stacks, { ipId: 0 }), "generic 0");
});

Deno.test("match() forgives what a router does to the header", () => {
  const stacks = matcher("s:unix:Linux:x", `4:64:0:*:64240,7:${LAYOUT}:df,id+:0`);
  assert.equal(found(stacks), "x 0");
  assert.equal(found(stacks, { ipId: 0 }), "~x 0");
  assert.equal(found(stacks, { dontFragment: false }), "~x 0");
  assert.equal(found(stacks, { dontFragment: false, ipId: 0 }), "~x 0");
  assert.equal(found(stacks, { trafficClass: 2 }), "~x 0");
  assert.equal(found(stacks, { sequence: 0 }), undefined);
  const bare = matcher("s:unix:Linux:x", `4:64:0:*:64240,7:${LAYOUT}::0`);
  assert.equal(found(bare), undefined);
});

Deno.test("match() is sure of a sender up to 35 hops away", () => {
  const stacks = matcher("s:unix:Linux:x", `4:64:0:*:64240,7:${LAYOUT}:df,id+:0`);
  assert.equal(found(stacks, { ttl: 29 }), "x 35");
  assert.equal(found(stacks, { ttl: 28 }), "~x 4");
  assert.equal(found(stacks, { ttl: 65 }), "~x 63");
});

Deno.test("match() takes every TTL up to the highest of a sender that varies it", () => {
  const stacks = matcher("s:!:NMap:x", `4:59-:0:*:64240,7:${LAYOUT}:df,id+:0`);
  assert.equal(found(stacks, { ttl: 59 }), "x 0");
  assert.equal(found(stacks, { ttl: 37 }), "x 22");
  assert.equal(found(stacks, { ttl: 3 }), "x 29");
  assert.equal(found(stacks, { ttl: 60 }), undefined);
});

Deno.test("match() never stretches the signature of a program", () => {
  const program = ["s:!:NMap:program", `4:64:0:*:64240,7:${LAYOUT}:df,id+:0`];
  assert.equal(found(matcher(...program), { ipId: 0 }), undefined);
  const system = ["s:unix:Linux:system", `4:60:0:*:64240,7:${LAYOUT}:df,id+:0`];
  assert.equal(found(matcher(...program, ...system), { ipId: 0 }), "~system 0");
});

Deno.test("match() compares every other field exactly", () => {
  const exact = `4:64:0:1460:64240,7:${LAYOUT}:df,id+:0`;
  assert.equal(found(matcher("s:unix:Linux:x", exact)), "x 0");
  for (
    const other of [
      exact.replace("4:", "6:"),
      exact.replace("64:0:", "64:4:"),
      exact.replace("1460", "1440"),
      exact.replace("64240", "64241"),
      exact.replace(",7", ",8"),
      exact.replace("ts,nop", "nop,ts"),
      exact.replace("nop,ws", "nop,ws,nop"),
      exact.replace(/0$/, "+"),
    ]
  ) assert.equal(found(matcher("s:unix:Linux:x", other)), undefined, other);
});

Deno.test("match() reads each form of a window", () => {
  const form = (window: string) =>
    matcher("s:unix:Linux:x", `4:64:0:*:${window},7:${LAYOUT}:df,id+:0`);
  assert.equal(found(form("mss*44")), "x 0");
  assert.equal(found(form("mtu*44")), undefined);
  assert.equal(found(form("mtu*5"), { window: 7500 }), "x 0");
  assert.equal(found(form("mss*5"), { window: 7500 }), undefined);
  assert.equal(found(form("%8192"), { window: 24576 }), "x 0");
  assert.equal(found(form("%8192"), { window: 24577 }), undefined);
  assert.equal(found(form("*"), { window: 1 }), "x 0");
});

Deno.test("match() tells layouts by the padding behind them", () => {
  const stacks = matcher("s:unix:macOS:x", "4:64:0:*:65535,0:mss,sok,eol+1:df,id+:0");
  const given = { window: 65535 };
  assert.equal(found(stacks, given, "020405b404020000"), "x 0");
  assert.equal(found(stacks, given, "020405b4040200000000"), undefined);
});

Deno.test("match() leaves the quirks of IPv4 out of account in IPv6", () => {
  const v6 = { ipVersion: 6, ipHeaderLength: 40, ipId: -1, dontFragment: false, window: 64240 };
  const both = matcher("s:unix:Linux:x", `*:64:0:*:64240,7:${LAYOUT}:df,id+:0`);
  assert.equal(found(both, v6), "x 0");
  assert.equal(found(both, { ...v6, trafficClass: 1 }), "~x 0");
});

Deno.test("match() bears a flow label in IPv6, and its absence", () => {
  const v6 = { ipVersion: 6, ipHeaderLength: 40, ipId: -1, dontFragment: false, window: 64240 };
  const plain = matcher("s:unix:Linux:x", `*:64:0:*:64240,7:${LAYOUT}:df,id+:0`);
  const labelled = matcher("s:unix:Linux:x", `6:64:0:*:64240,7:${LAYOUT}:flow:0`);
  for (const flowLabel of [0, 0x12345]) {
    assert.equal(found(plain, { ...v6, flowLabel }), "x 0");
    assert.equal(found(labelled, { ...v6, flowLabel }), "x 0");
  }
});

Deno.test("match() keeps SYNs and SYN-ACKs apart", () => {
  const { database } = parseDatabase(
    `[tcp:response]\nlabel = s:unix:Linux:x\nsig = *:64:0:*:64240,7:${LAYOUT}:df,id+:0`,
  );
  const stacks = new StackMatcher(database);
  assert.equal(found(stacks), undefined);
  assert.equal(found(stacks, { tcpFlags: 0x12, acknowledgement: 1 }), "x 0");
});

Deno.test("match() bears anything a packet may say", () => {
  const stacks = matcher("s:unix:Linux:x", "*:64:0:*:%8192,*:mss:df:*", "*:255-:0:*:*,*:::*");
  const number = fc.nat({ max: 0xffffffff });
  const packet = fc.record({
    ipVersion: fc.constantFrom(4, 6),
    ipHeaderLength: fc.nat({ max: 100 }),
    ttl: fc.nat({ max: 255 }),
    trafficClass: fc.nat({ max: 255 }),
    ipId: fc.integer({ min: -1, max: 65535 }),
    dontFragment: fc.boolean(),
    reservedBit: fc.boolean(),
    flowLabel: fc.nat({ max: 0xfffff }),
    tcpHeaderLength: fc.nat({ max: 60 }),
    tcpFlags: fc.nat({ max: 511 }),
    sequence: number,
    acknowledgement: number,
    urgentPointer: fc.nat({ max: 65535 }),
    window: fc.nat({ max: 65535 }),
    payloadLength: fc.nat({ max: 3 }),
    payloadMissing: fc.nat({ max: 3 }),
  });
  const observation = new StackObservation();
  const options = new TcpOptions();
  fc.assert(
    fc.property(packet, fc.uint8Array({ maxLength: 40 }), fc.boolean(), (seen, bytes, ack) => {
      parseTcpOptions(options, bytes, 0, bytes.length);
      const match = stacks.match(observe(observation, seen, options, ack));
      assert.ok(match === undefined || match.distance >= 0 && match.distance <= 255);
    }),
  );
});
