import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressBytes,
  formatAddress,
  parseAddress,
  splitHostPort,
  unmapAddress,
} from "./address.ts";

Deno.test("parseAddress() gives canonical text", () => {
  const cases = [
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    // RFC 5952 4.2.2 and 4.2.3.
    ["2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["::ffff:c000:201", "::ffff:192.0.2.1"],
    ["0:0:0:0:0:FFFF:192.0.2.1", "::ffff:192.0.2.1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
    ["FE80::1%eth0", "fe80::1%eth0"],
  ];
  for (const [text, canonical] of cases) assert.equal(parseAddress(text!), canonical, text);
});

Deno.test("parseAddress() returns undefined for what is no address", () => {
  const cases = [
    ..."|1|1.2.3|1.2.3.4.5|256.1.1.1|010.1.1.1|1.2.3.04|1.2.3.4 | 1.2.3.4|+1.2.3.4|1e1.2.3.4".split(
      "|",
    ),
    ..."0x7f.0.0.1|1.2.3.4%eth0|1.2.3.4:80|example|[::1]|:|:::|1::2::3|1:2:3:4:5:6:7".split("|"),
    ..."1:2:3:4:5:6:7:8:9|1:2:3:4:5:6:7:8::|::1:2:3:4:5:6:7:8|12345::|g::1|:1::2|1::2:".split("|"),
    ..."::1.2.3|::1.2.3.4:1|1.2.3.4::|::01.2.3.4|fe80::1%|fe80::1%a b|fe80::1%a%b|::%\n".split("|"),
    `fe80::1%${"a".repeat(65)}`,
    "0".repeat(100_000),
    ":".repeat(100_000),
  ];
  for (const text of cases) assert.equal(parseAddress(text), undefined, text.slice(0, 40));
});

const anyAddress = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // Mostly zeros, so that runs of all lengths and places come up.
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((bytes) =>
    new Uint8Array(bytes)
  ),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((quad) =>
    new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...quad])
  ),
);

Deno.test("addressBytes(formatAddress(bytes)) equals bytes, and the text is canonical", () => {
  fc.assert(fc.property(anyAddress, (bytes) => {
    const text = formatAddress(bytes);
    assert.deepEqual(addressBytes(text), new Uint8Array(bytes));
    assert.equal(parseAddress(text), text);
  }));
});

Deno.test("addressBytes() reads the uncompressed form as the canonical one", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
    const full = bytes.toHex().match(/..../g)!.join(":").toUpperCase();
    assert.equal(parseAddress(full), formatAddress(bytes));
  }));
});

Deno.test("addressBytes() and splitHostPort() never throw", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."[]:.%0a1f") }));
  fc.assert(fc.property(text, (value) => {
    addressBytes(value);
    splitHostPort(value);
  }));
});

Deno.test("formatAddress() throws a RangeError for neither 4 nor 16 bytes", () => {
  assert.throws(() => formatAddress(new Uint8Array(5)), RangeError);
});

Deno.test("unmapAddress() gives the IPv4 address of a mapped one and leaves the rest", () => {
  assert.equal(unmapAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(unmapAddress("::ffff:0:0:1"), "::ffff:0:0:1");
  assert.equal(unmapAddress("192.0.2.1"), "192.0.2.1");
  assert.equal(unmapAddress("fe80::1%eth0"), "fe80::1%eth0");
});

Deno.test("splitHostPort() splits names and addresses from ports", () => {
  const cases: [string, string, number?][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1:443", "192.0.2.1", 443],
    ["192.0.2.1:0", "192.0.2.1", 0],
    ["[::1]:443", "::1", 443],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[fe80::1%eth0]:22", "fe80::1%eth0", 22],
    ["::1", "::1"],
    ["2001:db8::1", "2001:db8::1"],
    ["2001:db8::1:443", "2001:db8::1:443"],
    ["scan.example", "scan.example"],
    ["scan.example.:8443", "scan.example.", 8443],
    ["decoy_1:22", "decoy_1", 22],
  ];
  for (const [text, host, port] of cases) {
    assert.deepEqual(splitHostPort(text), port === undefined ? { host } : { host, port }, text);
  }
});

Deno.test("splitHostPort() returns undefined for all else", () => {
  const cases = [
    ..."|:|:443|host:|host:65536|host:-1|host:1e3|host:000080|host:22:22|a..b|.|.a|a b|a/b".split(
      "|",
    ),
    ..."[::1|[]|[]:1|[192.0.2.1]|[::1]443|[::1]:|[::1]:x|[::1] |[name]:1|2001:db8:::1".split("|"),
    ..."010.1.1.1|1.2.3|1.2.3.4.|127.1|0x7f.1|host.0x10|2130706433|1.2.3.256:80|\u0661.example"
      .split("|"),
    "a".repeat(254),
  ];
  for (const text of cases) assert.equal(splitHostPort(text), undefined, text);
});
