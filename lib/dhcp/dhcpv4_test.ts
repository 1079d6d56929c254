import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { parseDhcpv4 } from "./dhcpv4.ts";
import { dhcpv4, END, option4 } from "../../tests/support/dhcp_messages.ts";

const DISCOVER = option4(53, 1);

function codes(bytes: Uint8Array): number[] | undefined {
  return parseDhcpv4(bytes)?.options.map(({ code }) => code);
}

Deno.test("parseDhcpv4() reads what a client says of itself", () => {
  const message = parseDhcpv4(dhcpv4([
    DISCOVER,
    option4(61, 1, 2, 0, 0, 0, 0, 1),
    option4(50, 192, 0, 2, 7),
    option4(12, ...latin1Bytes("host\0")),
    option4(60, ...latin1Bytes("MSFT 5.0")),
    option4(81, 0, 0, 0, ...latin1Bytes("host.example")),
    option4(57, 5, 220),
    option4(55, 1, 3, 6, 15),
    END,
    option4(99, 1),
  ]));
  assert.equal(message?.operation, 1);
  assert.equal(message.type, 1);
  assert.equal(message.transaction, 0x12345678);
  assert.deepEqual(message.clientHardware, fromHex("020000000001"));
  assert.deepEqual(message.options.map(({ code }) => code), [53, 61, 50, 12, 60, 81, 57, 55]);
  assert.deepEqual(message.options[1]?.data, fromHex("01020000000001"));
  assert.deepEqual(message.requestedAddress, Uint8Array.of(192, 0, 2, 7));
  assert.equal(message.hostName, "host");
  assert.equal(message.vendorClass, "MSFT 5.0");
  assert.equal(message.hasFqdn, true);
  assert.equal(message.maxMessageSize, 1500);
  assert.deepEqual(message.parameters, Uint8Array.of(1, 3, 6, 15));
});

Deno.test("parseDhcpv4() has nothing for options that are not there", () => {
  const message = parseDhcpv4(dhcpv4([DISCOVER, END]));
  assert.deepEqual(message, {
    operation: 1,
    type: 1,
    transaction: 0x12345678,
    clientHardware: fromHex("020000000001"),
    options: [{ code: 53, data: Uint8Array.of(1) }],
    maxMessageSize: undefined,
    requestedAddress: undefined,
    parameters: new Uint8Array(0),
    hostName: undefined,
    vendorClass: undefined,
    hasFqdn: false,
  });
});

Deno.test("parseDhcpv4() takes only values of the right length", () => {
  const message = parseDhcpv4(dhcpv4([
    DISCOVER,
    option4(50, 1, 2),
    option4(57, 5),
    option4(81, 0, 0, 0),
    END,
  ]));
  assert.equal(message?.requestedAddress, undefined);
  assert.equal(message?.maxMessageSize, undefined);
  assert.equal(message?.hasFqdn, false);
});

Deno.test("parseDhcpv4() passes over padding and does without an end", () => {
  assert.deepEqual(codes(dhcpv4([DISCOVER, Uint8Array.of(0, 0), option4(55, 1)])), [53, 55]);
});

Deno.test("parseDhcpv4() names an option that is cut short, without its data", () => {
  const message = parseDhcpv4(dhcpv4([DISCOVER, Uint8Array.of(55, 20, 1, 2)]));
  assert.deepEqual(message?.options.at(-1), { code: 55, data: new Uint8Array(0) });
});

Deno.test("parseDhcpv4() joins the parts of a long option", () => {
  const message = parseDhcpv4(dhcpv4([DISCOVER, option4(55, 1, 3), option4(60), option4(55, 6)]));
  assert.deepEqual(message?.parameters, Uint8Array.of(1, 3, 6));
});

Deno.test("parseDhcpv4() reads overloaded fields where the options say so", () => {
  const file = concatBytes(option4(60, 1), END);
  const serverName = concatBytes(option4(12, 1), END);
  const message = (overload: number) =>
    dhcpv4([DISCOVER, option4(52, overload), option4(55, 1), END], { file, serverName });
  assert.deepEqual(codes(message(1)), [53, 52, 60, 55]);
  assert.deepEqual(codes(message(2)), [53, 52, 12, 55]);
  assert.deepEqual(codes(message(3)), [53, 52, 12, 60, 55]);
  assert.deepEqual(codes(message(0)), [53, 52, 55]);
});

Deno.test("parseDhcpv4() does not overload twice, nor within overloaded fields", () => {
  const file = concatBytes(option4(52, 3), option4(60, 1), END);
  const twice = [DISCOVER, option4(52, 1), option4(52, 1), END];
  assert.deepEqual(codes(dhcpv4(twice, { file })), [53, 52, 52, 60, 52]);
});

Deno.test("parseDhcpv4() is undefined for other things", () => {
  assert.equal(parseDhcpv4(new Uint8Array(0)), undefined);
  assert.equal(parseDhcpv4(new Uint8Array(300)), undefined);
  assert.equal(parseDhcpv4(dhcpv4([DISCOVER, END]).subarray(0, 239)), undefined);
  assert.equal(parseDhcpv4(dhcpv4([option4(1, 255, 0, 0, 0), END])), undefined); // BOOTP
  assert.equal(parseDhcpv4(dhcpv4([option4(53), END])), undefined);
});

Deno.test("parseDhcpv4() keeps none of the caller's bytes", () => {
  const bytes = dhcpv4([DISCOVER, option4(50, 1, 2, 3, 4), option4(55, 9), END]);
  const message = parseDhcpv4(bytes);
  const before = structuredClone(message);
  bytes.fill(0xee);
  assert.deepEqual(message, before);
});

Deno.test("parseDhcpv4() reads any options without an exception", () => {
  const parts = fc.record({
    options: fc.uint8Array({ maxLength: 200 }),
    file: fc.uint8Array({ maxLength: 128 }),
    serverName: fc.uint8Array({ maxLength: 64 }),
  });
  fc.assert(fc.property(parts, ({ options, file, serverName }) => {
    const message = parseDhcpv4(dhcpv4([DISCOVER, options], { file, serverName }));
    assert.equal(message?.type, 1);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    parseDhcpv4(bytes);
  }));
});
