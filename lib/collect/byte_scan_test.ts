import assert from "node:assert/strict";
import fc from "fast-check";
import { addressIn } from "../event/attacker.ts";
import { formatAddress } from "../net/address.ts";
import { isV4, isV6 } from "./byte_scan.ts";

/** What both say to `text`, which stands between other bytes. */
function isAddress(text: string): boolean {
  const bytes = new TextEncoder().encode(`"${text}"`);
  return isV4(bytes, 1, bytes.length - 1) || isV6(bytes, 1, bytes.length - 1);
}

/** True for an address that is written as it would be. */
function isCanonical(text: string): boolean {
  return addressIn(text) === text;
}

const group = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constant(0xffff) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
);

Deno.test("isV4() and isV6() know every address in canonical form", () => {
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const bytes = Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 255]));
      for (const text of [formatAddress(bytes), formatAddress(bytes.subarray(0, 4))]) {
        assert.equal(isAddress(text), isCanonical(text), text);
      }
    }),
    { numRuns: 5000 },
  );
});

Deno.test("isV4() and isV6() take nothing else for one", () => {
  const piece = fc.constantFrom("0", "1", "00", "10", "ffff", "F", "12345", ":", "::", ".", "");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(piece, fc.constantFrom(":", ":", ":", "::", ".", "")), {
        maxLength: 10,
      }),
      (pieces) => {
        const text = pieces.flat().join("");
        if (isAddress(text)) assert.equal(addressIn(text), text);
        else assert.ok(!isCanonical(text), text);
      },
    ),
    { numRuns: 20_000 },
  );
});

for (const text of ["::", "::1", "1::", "2001:db8::1", "1:2:3:4:5:6:7:8", "::102:304"]) {
  Deno.test(`isV6() is true for ${text}`, () => assert.ok(isAddress(text)));
}

for (
  const text of [
    ...["", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "1:"],
    ...["::ffff:102:304", "::ffff:1.2.3.4", "2001:DB8::1", "2001:0db8::1", "fe80::1%eth0", "[::1]"],
    ...["1:0::2", "1::0:2", "1:0:0:2:3:4:5:6", "0:0:0:1::1", "::1:0:0:0:0:0:0"],
  ]
) Deno.test(`isV6() is false for "${text}"`, () => assert.ok(!isAddress(text)));
