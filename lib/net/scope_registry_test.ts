/** Who may be probed, over every block of the IANA Special-Purpose Address Registries. */
import assert from "node:assert/strict";
import { addressFromNumber, type AddressRange, AddressSet, parseCidr } from "./address_range.ts";
import { denialReason, type Scope, type TargetOrigin } from "./scope.ts";

/** iana-ipv4-special-registry, row by row, and multicast, which has a registry of its own. */
const IPV4_ROWS = [
  ...["0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"],
  ...["172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32"],
  ...["192.0.0.10/32", "192.0.0.170/32", "192.0.0.171/32", "192.0.2.0/24", "192.31.196.0/24"],
  ...["192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "192.175.48.0/24"],
  ...["198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "255.255.255.255/32"],
  "224.0.0.0/4",
];

/** iana-ipv6-special-registry, row by row; then multicast, and what is deprecated. */
const IPV6_ROWS = [
  ...["::1/128", "::/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64"],
  ...["100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128", "2001:1::2/128"],
  ...["2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28"],
  ...["2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48"],
  ...["3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10"],
  ...["ff00::/8", "::/96", "fec0::/10"],
];

const ROWS = [...IPV4_ROWS, ...IPV6_ROWS].map((text) => ({ text, block: parseCidr(text)! }));

/** All that IANA has given to hosts; what is outside and no row is reserved. */
const ALLOCATED = { 4: parseCidr("0.0.0.0/0")!, 6: parseCidr("2000::/3")! };

const HIGHEST = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n };

const contains = ({ family, first, last }: AddressRange, number: Numbered) =>
  family === number.family && first <= number.value && number.value <= last;

interface Numbered {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const text = ({ family, value }: Numbered) => addressFromNumber(family, value);

/** First, last and middle address of a block. */
function within({ family, first, last }: AddressRange): Numbered[] {
  return [first, (first + last) / 2n, last].map((value) => ({ family, value }));
}

/** The address before a block and the one after it, where there are such. */
function justOutside({ family, first, last }: AddressRange): Numbered[] {
  return [first - 1n, last + 1n]
    .filter((value) => value >= 0n && value <= HIGHEST[family])
    .map((value) => ({ family, value }));
}

/** What the registries say; a mapped address is that of its IPv4 host. */
function isSpecial(number: Numbered): boolean {
  return ROWS.some(({ block }) => contains(block, number)) ||
    !contains(ALLOCATED[number.family], number);
}

function scopeOf(more: Partial<Record<keyof Scope, readonly AddressRange[]>> = {}): Scope {
  const { deny = [], allow = [], own = [] } = more;
  return {
    deny: new AddressSet(deny),
    allow: new AddressSet(allow),
    own: new AddressSet(own),
  };
}

const BROUGHT: readonly TargetOrigin[] = ["listed", "logged"];
const ALL: readonly TargetOrigin[] = ["named", ...BROUGHT];

Deno.test("denialReason() denies what a list or a log brings of every special-purpose block", () => {
  for (const { block, text: row } of ROWS) {
    for (const number of within(block)) {
      const where = `${text(number)} of ${row}`;
      for (const origin of BROUGHT) {
        assert.match(denialReason(scopeOf(), text(number), origin) ?? "", /special-purpose/, where);
      }
      assert.equal(denialReason(scopeOf(), text(number), "named"), undefined, where);
    }
  }
});

Deno.test("denialReason() says of the neighbours of every block what the registries say of them", () => {
  let open = 0;
  for (const { block, text: row } of ROWS) {
    for (const number of justOutside(block)) {
      const isDenied = isSpecial(number);
      if (!isDenied) open++;
      for (const origin of BROUGHT) {
        const reason = denialReason(scopeOf(), text(number), origin);
        assert.equal(reason !== undefined, isDenied, `${text(number)} beside ${row}`);
      }
    }
  }
  assert.ok(open >= 40, `only ${open} neighbours are open`);
});

Deno.test("denialReason() opens a block that --allow covers, and nothing beside it", () => {
  for (const { block, text: row } of ROWS) {
    const scope = scopeOf({ allow: [block] });
    for (const origin of BROUGHT) {
      for (const number of within(block)) {
        assert.equal(
          denialReason(scope, text(number), origin),
          undefined,
          `${text(number)} ${row}`,
        );
      }
      for (const number of justOutside(block)) {
        const isDenied = denialReason(scope, text(number), origin) !== undefined;
        assert.equal(isDenied, isSpecial(number), `${text(number)} beside ${row}`);
      }
    }
  }
});

Deno.test("denialReason() lets --deny have the last word over every block, whoever asks", () => {
  for (const { block } of ROWS) {
    const scope = scopeOf({ allow: [block], deny: [block] });
    for (const number of within(block)) {
      for (const origin of ALL) {
        assert.match(denialReason(scope, text(number), origin) ?? "", /--deny/, text(number));
      }
    }
  }
});

Deno.test("denialReason() keeps our own addresses and decoys out of logs in every block, allowed or not", () => {
  for (const { block } of ROWS) {
    for (const number of within(block)) {
      const own = [{ family: number.family, first: number.value, last: number.value }];
      const allowed = scopeOf({ allow: [block], own });
      assert.match(denialReason(allowed, text(number), "logged") ?? "", /own/, text(number));
      assert.equal(denialReason(allowed, text(number), "named"), undefined, text(number));
      assert.match(denialReason(scopeOf({ own }), text(number), "listed") ?? "", /own/);
    }
  }
});

Deno.test("denialReason() sees the IPv4 host behind a mapped address", () => {
  for (const text of ["::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"]) {
    for (const origin of BROUGHT) {
      assert.match(denialReason(scopeOf(), text, origin) ?? "", /special-purpose/, text);
    }
  }
  const own = [parseCidr("8.8.8.8/32")!];
  assert.match(denialReason(scopeOf({ own }), "::ffff:8.8.8.8", "logged") ?? "", /own/);
});
