import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { parseDhcpv6 } from "./dhcpv6.ts";
import { dhcpv6, option6, relay6 } from "../../tests/support/dhcp_messages.ts";

const DUID = fromHex("00030001020000000001");
const CLIENT_ID = option6(1, DUID);

/** A name in the form of DNS, with its end. */
function dnsName(name: string): Uint8Array {
  const labels = name.split(".").map((label) => [label.length, ...latin1Bytes(label)]);
  return Uint8Array.from([...labels.flat(), 0]);
}

Deno.test("parseDhcpv6() reads what a client says of itself", () => {
  const bytes = dhcpv6(
    1,
    option6(8, [0, 0]),
    CLIENT_ID,
    option6(3, new Uint8Array(12)),
    option6(39, [0], dnsName("host.example.com")),
    option6(16, [0, 0, 1, 55, 0, 8], latin1Bytes("MSFT 5.0")),
    option6(6, [0, 17, 0, 23, 0, 24]),
  );
  assert.deepEqual(parseDhcpv6(bytes), {
    types: [1],
    options: [8, 1, 3, 39, 16, 6],
    clientId: DUID,
    wantsTemporaryAddress: false,
    requestedOptions: [17, 23, 24],
    fqdn: "host.example.com.",
    vendorClass: "MSFT 5.0",
  });
});

Deno.test("parseDhcpv6() has nothing for options that are not there", () => {
  assert.deepEqual(parseDhcpv6(dhcpv6(200)), {
    types: [200],
    options: [],
    clientId: undefined,
    wantsTemporaryAddress: false,
    requestedOptions: [],
    fqdn: undefined,
    vendorClass: undefined,
  });
});

Deno.test("parseDhcpv6() lists the options within options", () => {
  const inner = option6(13, [0, 0]);
  const cases: readonly (readonly [code: number, before: number])[] = [
    [3, 12],
    [4, 4],
    [5, 24],
    [25, 12],
    [26, 25],
    [44, 17],
    [45, 0],
    [94, 0],
    [95, 0],
    [96, 0],
  ];
  for (const [code, before] of cases) {
    const bytes = dhcpv6(7, option6(code, new Uint8Array(before), inner), option6(2, DUID));
    assert.deepEqual(parseDhcpv6(bytes)?.options, [code, 13, 2]);
  }
  assert.deepEqual(parseDhcpv6(dhcpv6(7, option6(23, inner)))?.options, [23]);
  const address = option6(5, new Uint8Array(24), inner);
  const nested = dhcpv6(7, option6(3, new Uint8Array(12), address), option6(8, [0, 0]));
  assert.deepEqual(parseDhcpv6(nested)?.options, [3, 5, 13, 8]);
});

Deno.test("parseDhcpv6() reads relayed messages", () => {
  const solicit = dhcpv6(1, CLIENT_ID, option6(6, [0, 23]));
  const once = relay6(12, option6(18, [1]), option6(9, solicit));
  const twice = relay6(12, option6(9, once), option6(37, [0, 0, 0, 1]));
  const message = parseDhcpv6(twice);
  assert.deepEqual(message?.types, [12, 12, 1]);
  assert.deepEqual(message.options, [9, 18, 9, 1, 6, 37]);
  assert.deepEqual(message.clientId, DUID);
  assert.deepEqual(message.requestedOptions, [23]);
});

Deno.test("parseDhcpv6() does not go down without end", () => {
  let bytes = dhcpv6(1, CLIENT_ID);
  for (let depth = 0; depth < 200; depth++) bytes = relay6(12, option6(9, bytes));
  const message = parseDhcpv6(bytes);
  assert.ok(message !== undefined && message.types.length < 30);
  assert.equal(message.clientId, undefined);
});

Deno.test("parseDhcpv6() keeps the first client id and all requested options", () => {
  const message = parseDhcpv6(
    dhcpv6(
      1,
      option6(2, [9]),
      CLIENT_ID,
      option6(1, [1]),
      option6(6, [0, 1, 9]),
      option6(6, [0, 2]),
    ),
  );
  assert.deepEqual(message?.clientId, DUID);
  assert.deepEqual(message?.requestedOptions, [1, 2]);
});

Deno.test("parseDhcpv6() reads names with and without their end", () => {
  const fqdn = (...name: Uint8Array[]) => parseDhcpv6(dhcpv6(1, option6(39, [0], ...name)))?.fqdn;
  assert.equal(fqdn(dnsName("desktop")), "desktop.");
  assert.equal(fqdn(dnsName("desktop").subarray(0, -1)), "desktop");
  assert.equal(fqdn(dnsName("a.b").subarray(0, -1)), "a.b");
  assert.equal(fqdn(), undefined);
  assert.equal(fqdn(Uint8Array.of(0)), undefined);
  assert.equal(fqdn(Uint8Array.of(9, 0x61)), undefined);
});

Deno.test("parseDhcpv6() stops at an option that is cut short", () => {
  const bytes = concatBytes(dhcpv6(1, CLIENT_ID), fromHex("000600200001"));
  assert.deepEqual(parseDhcpv6(bytes)?.options, [1]);
  assert.deepEqual(parseDhcpv6(dhcpv6(1, option6(4, [0, 0])))?.wantsTemporaryAddress, false);
  assert.deepEqual(
    parseDhcpv6(dhcpv6(1, option6(4, new Uint8Array(4))))?.wantsTemporaryAddress,
    true,
  );
});

Deno.test("parseDhcpv6() is undefined for what is too short", () => {
  assert.equal(parseDhcpv6(new Uint8Array(0)), undefined);
  assert.equal(parseDhcpv6(Uint8Array.of(1, 0, 0)), undefined);
  assert.equal(parseDhcpv6(relay6(12).subarray(0, 33)), undefined);
});

Deno.test("parseDhcpv6() keeps none of the caller's bytes", () => {
  const bytes = dhcpv6(1, CLIENT_ID);
  const message = parseDhcpv6(bytes);
  bytes.fill(0xee);
  assert.deepEqual(message?.clientId, DUID);
});

Deno.test("parseDhcpv6() reads any bytes without an exception", () => {
  const option = fc.record({
    code: fc.constantFrom(1, 3, 4, 5, 6, 9, 16, 25, 26, 39, 44, 45, 94),
    data: fc.uint8Array({ maxLength: 60 }),
  }).map(({ code, data }) => option6(code, data));
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc.array(option, { maxLength: 6 }).map((options) => dhcpv6(1, ...options)),
    fc.array(option, { maxLength: 6 }).map((options) =>
      relay6(13, option6(9, dhcpv6(1, ...options)))
    ),
  );
  fc.assert(fc.property(input, (bytes) => {
    const message = parseDhcpv6(bytes);
    assert.ok((message?.options.length ?? 0) <= bytes.length / 4);
  }));
});
