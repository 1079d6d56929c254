import assert from "node:assert/strict";
import { SPECIAL_PURPOSE } from "./special_purpose.ts";

/** First and last address of each block; the registry has one list for each family. */
const BLOCKS: readonly (readonly [first: string, last: string])[] = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["127.0.0.0", "127.255.255.255"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.0.0.0", "192.0.0.255"],
  ["192.0.2.0", "192.0.2.255"],
  ["192.31.196.0", "192.31.196.255"],
  ["192.52.193.0", "192.52.193.255"],
  ["192.88.99.0", "192.88.99.255"],
  ["192.168.0.0", "192.168.255.255"],
  ["192.175.48.0", "192.175.48.255"],
  ["198.18.0.0", "198.19.255.255"],
  ["198.51.100.0", "198.51.100.255"],
  ["203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "255.255.255.255"],
  ["::", "::ffff:ffff"],
  ["::ffff:0.0.0.0", "::ffff:255.255.255.255"],
  ["64:ff9b::", "64:ff9b::ffff:ffff"],
  ["64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"],
  ["100::", "100::1:ffff:ffff:ffff:ffff"],
  ["2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"],
  ["3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
];

/** The addresses right before and after the blocks, where no other block begins. */
const NEIGHBOURS: readonly string[] = [
  ...["1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0"],
  ...["126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0"],
  ...["172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.1.255", "192.0.3.0"],
  ...["192.31.195.255", "192.31.197.0", "192.52.192.255", "192.52.194.0"],
  ...["192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0"],
  ...["192.175.47.255", "192.175.49.0", "198.17.255.255", "198.20.0.0"],
  ...["198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255"],
  ...["::1:0:0", "64:ff9b::1:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b:2::"],
  ...["ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100:0:0:2::"],
  ...["2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"],
  ...["2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"],
  ...["2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"],
  ...["2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"],
  ...["3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"],
  ...["5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f01::"],
  ...[
    "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe00::",
    "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ],
];

Deno.test("SPECIAL_PURPOSE holds both ends of every block", () => {
  for (const address of BLOCKS.flat()) assert.equal(SPECIAL_PURPOSE.has(address), true, address);
});

Deno.test("SPECIAL_PURPOSE does not hold the neighbours of its blocks", () => {
  for (const address of NEIGHBOURS) assert.equal(SPECIAL_PURPOSE.has(address), false, address);
});

Deno.test("SPECIAL_PURPOSE leaves hosts of the public Internet alone", () => {
  for (
    const address of ["8.8.8.8", "1.1.1.1", "185.220.101.1", "2606:4700::1111", "2a00:1450::1"]
  ) {
    assert.equal(SPECIAL_PURPOSE.has(address), false, address);
  }
});

Deno.test("SPECIAL_PURPOSE holds addresses that embed a private one, and link-local ones with a zone", () => {
  for (
    const address of [
      "::ffff:10.0.0.1",
      "::10.0.0.1",
      "64:ff9b::a00:1",
      "2002:a00:1::",
      "fe80::1%eth0",
    ]
  ) {
    assert.equal(SPECIAL_PURPOSE.has(address), true, address);
  }
});
