import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../../bytes.ts";
import { parseTcpOptions, TcpOptions } from "../../net/tcp_options.ts";
import { ja4t, ja4ts } from "./ja4t.ts";

function of(window: number, hex: string): string {
  const bytes = fromHex(hex);
  const options = new TcpOptions();
  parseTcpOptions(options, bytes, 0, bytes.length);
  return ja4t(window, options);
}

Deno.test("ja4t() gives the values of FoxIO's description", () => {
  const cases: [string, number, string][] = [
    ["64240_2-1-3-1-1-4_1460_8", 64240, "020405b40103030801010402"],
    ["64240_2-4-8-1-3_1460_7", 64240, "020405b40402080a000000010000000001030307"],
    ["62727_2-4-8-1-3_8961_7", 62727, "020423010402080a000000010000000001030307"],
    [
      "65535_2-1-3-1-1-8-4-0-0_1460_6",
      65535,
      "020405b4010303060101080a000000010000000004020000",
    ],
    ["1024_2_1460_00", 1024, "020405b4"],
    ["65535_00_00_00", 65535, ""],
  ];
  for (const [expected, window, hex] of cases) assert.equal(of(window, hex), expected);
});

Deno.test("ja4t() writes 00 for a window scale or an MSS of 0, as Wireshark does", () => {
  assert.equal(of(8192, "020405a0010303000101080a0000000100000000"), "8192_2-1-3-1-1-8_1440_00");
  assert.equal(of(0, "02040000"), "0_2_00_00");
  assert.equal(of(1, "02040005"), "1_2_05_00");
});

Deno.test("ja4t() takes no value from a malformed option", () => {
  assert.equal(of(7, "0203050302010101"), "7_2-3-1-1-1_00_00");
  assert.equal(of(7, "0204"), "7_00_00_00");
});

Deno.test("ja4ts() adds the seconds between SYN-ACKs, and up to the RST", () => {
  const first = "62727_2_8961_00";
  assert.equal(ja4ts(first, [1, 2, 4, 8, 16]), `${first}_1-2-4-8-16`);
  assert.equal(ja4ts(first, [0]), `${first}_0`);
  assert.equal(ja4ts(first, [1, 2, 4, 8], 6), `${first}_1-2-4-8-R6`);
});

Deno.test("ja4ts() is the first four parts while nothing was sent again", () => {
  assert.equal(ja4ts("1_2_3_4", []), "1_2_3_4");
  assert.equal(ja4ts("1_2_3_4", [], 9), "1_2_3_4");
});

Deno.test("ja4ts() counts ten retransmissions and no more", () => {
  assert.equal(ja4ts("x", new Array<number>(14).fill(1)), "x_1-1-1-1-1-1-1-1-1-1");
});

Deno.test("ja4t() has four parts whatever the options", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 65535 }), (bytes, window) => {
      const options = new TcpOptions();
      parseTcpOptions(options, bytes, 0, bytes.length);
      assert.match(
        ja4t(window, options),
        /^[0-9]+_(00|[0-9]+(-[0-9]+)*)_[0-9]{2,5}_(00|[1-9][0-9]*)$/,
      );
    }),
  );
});
