import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressFromNumber,
  addressNumber,
  type AddressRange,
  AddressSet,
  parseCidr,
  parseRange,
  parseSpan,
  rangeSize,
} from "./address_range.ts";

const BITS = { 4: 32n, 6: 128n } as const;

/** Addresses close to each other and to both ends, so that ranges meet. */
function numberOf(family: 4 | 6): fc.Arbitrary<bigint> {
  const end = 1n << BITS[family];
  return fc.oneof(
    fc.bigInt({ min: 0n, max: 40n }),
    fc.bigInt({ min: end - 40n, max: end - 1n }),
    // Around the ends of IPv4 in the mapped block.
    ...(family === 6
      ? [fc.bigInt({ min: (0xffffn << 32n) - 20n, max: (0xffffn << 32n) + 20n })]
      : []),
    fc.bigInt({ min: 0n, max: end - 1n }),
  );
}

const family = fc.constantFrom<(4 | 6)[]>(4, 6);

const range: fc.Arbitrary<AddressRange> = family.chain((kind) =>
  fc.tuple(numberOf(kind), numberOf(kind)).map(([a, b]) => ({
    family: kind,
    first: a < b ? a : b,
    last: a < b ? b : a,
  }))
);

function covers(ranges: readonly AddressRange[], kind: 4 | 6, value: bigint): boolean {
  return ranges.some((each) => each.family === kind && each.first <= value && value <= each.last);
}

function ends(text: string): [string, string] | undefined {
  const parsed = parseRange(text);
  return parsed && [
    addressFromNumber(parsed.family, parsed.first),
    addressFromNumber(parsed.family, parsed.last),
  ];
}

Deno.test("addressNumber() and addressFromNumber() undo each other", () => {
  fc.assert(fc.property(
    family.chain((kind) => fc.tuple(fc.constant(kind), numberOf(kind))),
    ([kind, value]) => {
      assert.deepEqual(addressNumber(addressFromNumber(kind, value)), { family: kind, value });
    },
  ));
  assert.deepEqual(addressNumber("fe80::1%eth0"), { family: 6, value: (0xfe80n << 112n) + 1n });
  assert.equal(addressNumber("1.2.3"), undefined);
});

Deno.test("parseRange() reads addresses, CIDR blocks and spans", () => {
  const cases: [string, string, string][] = [
    ["192.0.2.7", "192.0.2.7", "192.0.2.7"],
    ["0.0.0.0/0", "0.0.0.0", "255.255.255.255"],
    ["192.0.2.77/24", "192.0.2.0", "192.0.2.255"],
    ["192.0.2.77/31", "192.0.2.76", "192.0.2.77"],
    ["192.0.2.77/32", "192.0.2.77", "192.0.2.77"],
    ["192.0.2.10-20", "192.0.2.10", "192.0.2.20"],
    ["192.0.2.10-10", "192.0.2.10", "192.0.2.10"],
    ["192.0.2.250-192.0.3.5", "192.0.2.250", "192.0.3.5"],
    ["::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db8::5/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"],
    ["2001:db8::5/128", "2001:db8::5", "2001:db8::5"],
    ["2001:db8::1-2001:db8::ff", "2001:db8::1", "2001:db8::ff"],
    ["::ffff:192.0.2.0/120", "::ffff:192.0.2.0", "::ffff:192.0.2.255"],
  ];
  for (const [text, first, last] of cases) assert.deepEqual(ends(text), [first, last], text);
});

Deno.test("parseRange() returns undefined for anything else", () => {
  const cases = [
    ...["", "/", "-", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+8"],
    ...["192.0.2.0/24/24", "192.0.2/24", "::/129", "::1/1000", "192.0.2.0/ 24", "192.0.2.0/2.5"],
    ...["192.0.2.20-10", "192.0.2.10-256", "192.0.2.10-", "-192.0.2.10", "192.0.2.10-1.2"],
    ...["192.0.2.1-2001:db8::1", "2001:db8::1-192.0.2.1", "2001:db8::2-2001:db8::1"],
    ...["2001:db8::1-5", "example.org", "a-b", "192.0.2.1-192.0.2.5-192.0.2.9"],
  ];
  for (const text of cases) assert.equal(parseRange(text), undefined, text);
});

Deno.test("parseCidr() covers exactly the addresses that share the prefix", () => {
  fc.assert(fc.property(
    family.chain((kind) =>
      fc.tuple(
        fc.constant(kind),
        numberOf(kind),
        fc.nat(Number(BITS[kind])),
        numberOf(kind),
      )
    ),
    ([kind, base, prefix, other]) => {
      const block = parseCidr(`${addressFromNumber(kind, base)}/${prefix}`)!;
      const hostBits = BITS[kind] - BigInt(prefix);
      assert.equal(rangeSize(block), 1n << hostBits);
      assert.equal(covers([block], kind, other), other >> hostBits === base >> hostBits);
    },
  ));
});

Deno.test("parseSpan() reads back what is written as first-last", () => {
  fc.assert(fc.property(range, (each) => {
    const [first, last] = [each.first, each.last].map((n) => addressFromNumber(each.family, n));
    assert.deepEqual(parseSpan(`${first}-${last}`), each);
  }));
});

Deno.test("AddressSet.has() agrees with a search through every range", () => {
  fc.assert(fc.property(
    fc.array(range, { maxLength: 12 }),
    family.chain((kind) => fc.tuple(fc.constant(kind), numberOf(kind))),
    (ranges, [kind, value]) => {
      const set = new AddressSet(ranges);
      // The ends of the ranges and their neighbours are where mistakes would be.
      const near = ranges.flatMap((each) =>
        [each.first - 1n, each.first, each.last, each.last + 1n]
          .filter((number) => number >= 0n && number < 1n << BITS[each.family])
          .map((number) => [each.family, number] as const)
      );
      for (const [askedFamily, asked] of [[kind, value] as const, ...near]) {
        const mapped = askedFamily === 6 && asked >> 32n === 0xffffn;
        const expected = covers(ranges, askedFamily, asked) ||
          (mapped && covers(ranges, 4, asked & 0xffff_ffffn));
        assert.equal(set.has(addressFromNumber(askedFamily, asked)), expected);
      }
    },
  ));
});

Deno.test("AddressSet.has() counts a mapped IPv6 address as its IPv4 address, in any spelling", () => {
  const set = new AddressSet([parseRange("10.0.0.0/8")!]);
  for (
    const address of ["10.1.2.3", "::ffff:10.1.2.3", "::FFFF:0a01:0203", "0:0:0:0:0:ffff:a01:203"]
  ) {
    assert.equal(set.has(address), true, address);
  }
  for (const address of ["11.0.0.0", "::ffff:11.0.0.0", "::10.1.2.3", "::fffe:10.1.2.3", "a00::"]) {
    assert.equal(set.has(address), false, address);
  }
});

Deno.test("AddressSet keeps the families apart: ::/0 holds no IPv4 address, 0.0.0.0/0 only mapped IPv6", () => {
  const v6 = new AddressSet([parseRange("::/0")!]);
  assert.equal(v6.has("0.0.0.0"), false);
  assert.equal(v6.has("fe80::1%eth0"), true);
  const v4 = new AddressSet([parseRange("0.0.0.0/0")!]);
  assert.equal(v4.has("255.255.255.255"), true);
  assert.equal(v4.has("::1"), false);
  assert.equal(v4.has("::ffff:1.2.3.4"), true);
});

Deno.test("AddressSet.has() is false for what is no address, and for everything in an empty set", () => {
  const all = new AddressSet([parseRange("0.0.0.0/0")!, parseRange("::/0")!]);
  for (const text of ["", "example.org", "1.2.3", "1.2.3.4:80", "[::1]"]) {
    assert.equal(all.has(text), false, text);
  }
  assert.equal(new AddressSet([]).has("192.0.2.1"), false);
});
