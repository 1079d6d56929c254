import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAddress } from "../net/address.ts";
import { parseCidr } from "../net/address_range.ts";
import { hostCount, hostsOf, parseTarget, type TargetSpec } from "./target_spec.ts";

function hosts(text: string): string[] {
  return Array.from(hostsOf(parseTarget(text)), ({ host }) => host);
}

Deno.test("parseTarget() reads addresses, with a port and without", () => {
  const cases: [string, TargetSpec][] = [
    ["192.0.2.7", { kind: "address", host: "192.0.2.7", address: "192.0.2.7" }],
    ["192.0.2.7:8443", { kind: "address", host: "192.0.2.7", address: "192.0.2.7", port: 8443 }],
    ["2001:DB8::1", { kind: "address", host: "2001:DB8::1", address: "2001:db8::1" }],
    ["[2001:db8::1]", { kind: "address", host: "2001:db8::1", address: "2001:db8::1" }],
    [
      "[2001:db8::1]:443",
      { kind: "address", host: "2001:db8::1", address: "2001:db8::1", port: 443 },
    ],
    // A bare IPv6 address is never split: this is its last group.
    ["2001:db8::1:443", { kind: "address", host: "2001:db8::1:443", address: "2001:db8::1:443" }],
    ["fe80::1%eth0", { kind: "address", host: "fe80::1%eth0", address: "fe80::1%eth0" }],
    ["fe80::1%br-0", { kind: "address", host: "fe80::1%br-0", address: "fe80::1%br-0" }],
    ["::1", { kind: "address", host: "::1", address: "::1" }],
    ["192.0.2.7:1", { kind: "address", host: "192.0.2.7", address: "192.0.2.7", port: 1 }],
    ["192.0.2.7:65535", { kind: "address", host: "192.0.2.7", address: "192.0.2.7", port: 65535 }],
  ];
  for (const [text, spec] of cases) assert.deepEqual(parseTarget(text), spec, text);
});

Deno.test("parseTarget() connects to the IPv4 address inside a mapped IPv6 one", () => {
  for (const [text, host] of [["::ffff:192.0.2.7"], ["[::ffff:c000:207]", "::ffff:c000:207"]]) {
    assert.deepEqual(parseTarget(text!), {
      kind: "address",
      host: host ?? text,
      address: "192.0.2.7",
    });
  }
});

Deno.test("parseTarget() reads names in lower case, with a port and without", () => {
  const cases: [string, TargetSpec][] = [
    ["example.org", { kind: "name", host: "example.org" }],
    ["WWW.Example.ORG:22", { kind: "name", host: "www.example.org", port: 22 }],
    ["localhost", { kind: "name", host: "localhost" }],
    ["example.org.", { kind: "name", host: "example.org." }],
    ["my-host_1", { kind: "name", host: "my-host_1" }],
    ["_dmarc.example.org", { kind: "name", host: "_dmarc.example.org" }],
    ["xn--bcher-kva.example", { kind: "name", host: "xn--bcher-kva.example" }],
    ["4chan.org", { kind: "name", host: "4chan.org" }],
    ["1-2.example", { kind: "name", host: "1-2.example" }],
    ["a-b:443", { kind: "name", host: "a-b", port: 443 }],
    [`${"a".repeat(63)}.b`, { kind: "name", host: `${"a".repeat(63)}.b` }],
  ];
  for (const [text, spec] of cases) assert.deepEqual(parseTarget(text), spec, text);
});

Deno.test("parseTarget() reads blocks and spans, and hostsOf() makes their hosts", () => {
  assert.deepEqual(parseTarget("192.0.2.0/30"), {
    kind: "range",
    range: parseCidr("192.0.2.0/30"),
  });
  assert.deepEqual(hosts("192.0.2.6/30"), ["192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7"]);
  assert.deepEqual(hosts("192.0.2.7/32"), ["192.0.2.7"]);
  assert.deepEqual(hosts("192.0.2.9-11"), ["192.0.2.9", "192.0.2.10", "192.0.2.11"]);
  assert.deepEqual(hosts("192.0.2.255-192.0.3.0"), ["192.0.2.255", "192.0.3.0"]);
  assert.deepEqual(hosts("2001:db8::fffe/127"), ["2001:db8::fffe", "2001:db8::ffff"]);
  assert.deepEqual(hosts("2001:db8::1-2001:db8::2"), ["2001:db8::1", "2001:db8::2"]);
});

Deno.test("parseTarget() throws an error that names the text", () => {
  const general = "an address, name, host:port, CIDR block or range";
  const block = "a CIDR block like 192.0.2.0/24";
  const cases: [string, string][] = [
    ["", general],
    [" ", general],
    ["1.2.3", general],
    ["1.2.3.4.5", general],
    ["010.1.1.1", general],
    ["256.1.1.1", general],
    ["12345", general],
    ["0x7f000001", general],
    ["192.0.2.7:", general],
    ["192.0.2.7:0", general],
    ["192.0.2.7:70000", general],
    ["192.0.2.7:22x", general],
    ["192.0.2.7:-1", general],
    ["host:", general],
    ["host:0", general],
    ["host:00", general],
    ["host:70000", general],
    ["host:99999999999999999999", general],
    ["host:22:22", general],
    [":22", general],
    ["[::1", general],
    ["::1]", general],
    ["[::1]:", general],
    ["[::1]:0", general],
    ["[::1]443", general],
    ["[192.0.2.7]:443", general],
    ["[example.org]:443", general],
    ["2001:db8::1::2", general],
    ["fe80::1%", general],
    ["-host", general],
    ["host-", general],
    ["a..b", general],
    [".", general],
    [".example.org", general],
    ["ex ample.org", general],
    ["ex\x1b[2Jample", general],
    ["user@host", general],
    [`${"a".repeat(64)}.b`, general],
    ["a.".repeat(127) + "ab", general],
    ["192.0.2.20-10", general],
    ["192.0.2.10-256", general],
    ["192.0.2.300-310", general],
    ["192.0.2.10-", general],
    ["192.0.2.1-5:80", general],
    ["1-2", general],
    ["2001:db8::2-2001:db8::1", general],
    ["192.0.2.1-2001:db8::1", general],
    ["192.0.2.0/33", block],
    ["192.0.2.0/", block],
    ["192.0.2.0/24:443", block],
    ["192.0.2/24", block],
    ["2001:db8::/129", block],
    ["[2001:db8::]/64", block],
    ["example.org/24", block],
    ["https://example.org/", block],
  ];
  for (const [text, kind] of cases) {
    assert.throws(() => parseTarget(text), {
      name: "RangeError",
      message: `"${text}" is not ${kind}`,
    });
  }
});

Deno.test("parseTarget() takes ranges of up to 2^24 addresses, and names the size of larger ones", () => {
  assert.equal(hostCount(parseTarget("10.0.0.0/8")), 2 ** 24);
  assert.equal(hostCount(parseTarget("2001:db8::/104")), 2 ** 24);
  const cases = [
    ["10.0.0.0/7", "33554432"],
    ["0.0.0.0/0", "4294967296"],
    ["9.0.0.0-10.0.0.0", "16777217"],
    ["2001:db8::/103", "33554432"],
    ["::/0", "340282366920938463463374607431768211456"],
  ];
  for (const [text, size] of cases) {
    assert.throws(() => parseTarget(text!), {
      name: "RangeError",
      message: `"${text}" is ${size} addresses; 2^24 is the most`,
    });
  }
});

Deno.test("hostsOf() makes the hosts of a range one by one", () => {
  const generator = hostsOf(parseTarget("10.0.0.0/8"));
  assert.deepEqual(generator.next().value, {
    kind: "address",
    host: "10.0.0.0",
    address: "10.0.0.0",
  });
  assert.equal(generator.next().value.host, "10.0.0.1");
});

Deno.test("hostsOf() makes the hosts of a range as parseTarget() reads them, mapped ones too", () => {
  for (const range of ["::ffff:192.0.2.6/127", "192.0.2.6-7", "2001:db8::6-2001:db8::7"]) {
    for (const host of hostsOf(parseTarget(range))) assert.deepEqual(host, parseTarget(host.host));
  }
  const [mapped] = hostsOf(parseTarget("::ffff:192.0.2.6/127"));
  assert.deepEqual(mapped, {
    kind: "address",
    host: "::ffff:192.0.2.6",
    address: "192.0.2.6",
  });
});

Deno.test("hostsOf() passes single hosts on, and hostCount() counts one", () => {
  for (const text of ["192.0.2.7:443", "example.org:22"]) {
    const spec = parseTarget(text);
    assert.deepEqual([...hostsOf(spec)], [spec]);
    assert.equal(hostCount(spec), 1);
  }
});

Deno.test("parseTarget() throws nothing but RangeError, and its results can be connected to", () => {
  const pieces = fc.constantFrom(
    ...["192.0.2.1", "10.0.0.0", "::", "2001:db8", "fe80::1", "%a", "[", "]", ":", ":443", ":0"],
    ...["/8", "/24", "/128", "-", "-20", ".", "a", "example.org", "0", "1", "ff", "_", " ", "\n"],
  );
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join("")),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (tried) => {
      let spec;
      try {
        spec = parseTarget(tried);
      } catch (error) {
        assert.ok(error instanceof RangeError && error.message.startsWith(`"${tried}" is `));
        return;
      }
      if (spec.kind === "range") return;
      assert.ok(spec.port === undefined || (spec.port > 0 && spec.port < 65_536));
      if (spec.kind === "address") assert.equal(parseAddress(spec.address), spec.address);
      else assert.match(spec.host, /^[a-z0-9._-]*[a-z_][a-z0-9._-]*$/);
    }),
    { numRuns: 500 },
  );
});

Deno.test("parseTarget() tells no more of a word that is no target than a name can have", () => {
  assert.throws(() => parseTarget("a".repeat(100_000)), ({ message }: Error) => {
    return message.length < 400 && message.includes('aaa..." is not an address');
  });
});
