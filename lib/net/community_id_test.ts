import assert from "node:assert/strict";
import { hash } from "node:crypto";
import fc from "fast-check";
import { fromHex } from "../bytes.ts";
import { addressBytes } from "./address.ts";
import { communityId } from "./community_id.ts";

function idOf(
  protocol: number,
  source: string,
  sourcePort: number,
  destination: string,
  destinationPort: number,
  seed?: number,
): string {
  return communityId(
    protocol,
    addressBytes(source)!,
    sourcePort,
    addressBytes(destination)!,
    destinationPort,
    seed,
  );
}

/** Values of the specification's own implementation. */
const VECTORS: readonly (readonly [string, number, string, number, string, number])[] = [
  ["LQU9qZlK+B5F3KDmev6m5PMibrg=", 6, "128.232.110.120", 34855, "66.35.250.204", 80],
  ["LQU9qZlK+B5F3KDmev6m5PMibrg=", 6, "66.35.250.204", 80, "128.232.110.120", 34855],
  [
    "/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
    6,
    "2001:470:e5bf:dead:4957:2174:e82c:4887",
    63943,
    "2607:f8b0:400c:c03::1a",
    25,
  ],
  ["d/FP5EW3wiY1vCndhwleRRKHowQ=", 17, "192.168.1.52", 54585, "8.8.8.8", 53],
  ["MP2EtRCAUIZvTw6MxJHLV7N7JDs=", 132, "192.168.170.8", 7, "192.168.170.56", 7],
  // RSVP: a protocol without ports.
  ["KHlLkgoJW7ifUTyTSgyVfkFHzKw=", 46, "10.1.12.1", 0, "10.1.12.2", 0],
  ["KHlLkgoJW7ifUTyTSgyVfkFHzKw=", 46, "10.1.12.2", 0, "10.1.12.1", 0],
  // Echo and its reply.
  ["X0snYXpgwiv9TZtqg64sgzUn6Dk=", 1, "192.168.0.89", 8, "192.168.0.1", 0],
  ["X0snYXpgwiv9TZtqg64sgzUn6Dk=", 1, "192.168.0.1", 0, "192.168.0.89", 0],
  // Time exceeded goes one way.
  ["YHxtAirCG//0OzkcVAukqKQN9xM=", 1, "10.0.0.1", 11, "10.0.0.2", 0],
  // Neighbour solicitation, router solicitation, echo, too big.
  [
    "dGHyGvjMfljg6Bppwm3bg0LO8TY=",
    58,
    "fe80::200:86ff:fe05:80da",
    135,
    "fe80::260:97ff:fe07:69ea",
    0,
  ],
  ["hO+sN4H+MG5MY/8hIrXPqc4ZQz0=", 58, "fe80::200:86ff:fe05:80da", 133, "ff02::2", 0],
  [
    "+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
    58,
    "3ffe:507:0:1:200:86ff:fe05:80da",
    128,
    "3ffe:501:0:1001::2",
    0,
  ],
  [
    "hLZd0XGWojozrvxqE0dWB1iM6R0=",
    58,
    "3ffe:501:410:0:2c0:dfff:fe47:33e",
    1,
    "3ffe:507:0:1:200:86ff:fe05:80da",
    4,
  ],
];

Deno.test("communityId() gives the values of the specification's implementation", () => {
  for (const [expected, ...flow] of VECTORS) {
    assert.equal(idOf(...flow), `1:${expected}`, flow.join(" "));
  }
});

Deno.test("communityId() takes a seed", () => {
  assert.equal(
    idOf(58, "fe80::200:86ff:fe05:80da", 135, "fe80::260:97ff:fe07:69ea", 0, 1),
    "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY=",
  );
});

Deno.test("communityId() looks at no port where there is none", () => {
  assert.equal(idOf(46, "10.1.12.1", 5, "10.1.12.2", 6), idOf(46, "10.1.12.1", 0, "10.1.12.2", 0));
});

Deno.test("communityId() orders by port between two equal addresses", () => {
  assert.equal(idOf(6, "127.0.0.1", 80, "127.0.0.1", 5), idOf(6, "127.0.0.1", 5, "127.0.0.1", 80));
  assert.notEqual(
    idOf(6, "127.0.0.1", 80, "127.0.0.1", 5),
    idOf(6, "127.0.0.1", 80, "127.0.0.1", 6),
  );
});

Deno.test("communityId() tells one-way ICMP by its direction and its code", () => {
  const out = idOf(1, "10.0.0.1", 3, "10.0.0.2", 1);
  assert.notEqual(out, idOf(1, "10.0.0.2", 3, "10.0.0.1", 1));
  assert.notEqual(out, idOf(1, "10.0.0.1", 3, "10.0.0.2", 3));
});

Deno.test("communityId() of one-way ICMP starts with the sender, also with the higher address", () => {
  const input = fromHex("0000" + "0a000002" + "0a000001" + "01" + "00" + "0003" + "0001");
  assert.equal(idOf(1, "10.0.0.2", 3, "10.0.0.1", 1), `1:${hash("sha1", input, "base64")}`);
});

Deno.test("communityId() is the same for both directions of any flow with ports", () => {
  const address = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const port = fc.nat({ max: 65535 });
  fc.assert(
    fc.property(
      fc.constantFrom(6, 17, 132),
      address,
      port,
      address,
      port,
      (protocol, a, p, b, q) => {
        assert.equal(communityId(protocol, a, p, b, q), communityId(protocol, b, q, a, p));
      },
    ),
  );
});
