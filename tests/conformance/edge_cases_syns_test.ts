/**
 * SYNs and SYN-ACKs with odd options. Their JA4T and JA4TS are written by hand from FoxIO's description:
 * window, kinds as sent, MSS, scale, and 00 for what is not there.
 */
import assert from "node:assert/strict";
import { foundFingerprints, foundValues } from "../support/found_fingerprints.ts";
import { LINUX_OPTIONS, MadeConnection } from "../support/made_connection.ts";
import { text } from "../support/packet_builder.ts";
import { FLAG } from "../support/tcp_talk.ts";

/** What is special, window, options in hexadecimal, and the fingerprint. */
const SYNS: readonly (readonly [string, window: number, options: string, ja4t: string])[] = [
  [
    "as Linux sends it",
    64240,
    "020405b40402080a0001e2400000000001030307",
    "64240_2-4-8-1-3_1460_7",
  ],
  ["as Windows sends it", 64240, "020405b40103030801010402", "64240_2-1-3-1-1-4_1460_8"],
  [
    "as macOS sends it, with two ends of the list",
    65535,
    "020405b4010303060101080a000102030000000004020000",
    "65535_2-1-3-1-1-8-4-0-0_1460_6",
  ],
  ["as nmap sends it", 1024, "020405b4", "1024_2_1460_00"],
  ["as zmap sends it", 65535, "", "65535_00_00_00"],
  ["with a window of 0 and nothing else", 0, "", "0_00_00_00"],
  ["without MSS", 8192, "0103030804020000", "8192_1-3-4-0-0_00_8"],
  ["with nothing but padding", 512, "01010101", "512_1-1-1-1_00_00"],
  ["with nothing but ends of the list", 512, "00000000", "512_0-0-0-0_00_00"],
  ["with a scale of 0", 5840, "020405b401030300", "5840_2-1-3_1460_00"],
  ["with a scale of 14", 5840, "020405b40103030e", "5840_2-1-3_1460_14"],
  [
    "with MSS last",
    29200,
    "0402010303070101020405b4",
    "29200_4-1-3-1-1-2_1460_7",
  ],
  ["with an MSS of 65535", 65535, "0204ffff", "65535_2_65535_00"],
  ["with an MSS of 9, which has two digits here", 1024, "02040009", "1024_2_09_00"],
  ["with an MSS of 0", 1024, "02040000", "1024_2_00_00"],
  [
    "with a cookie request of TCP Fast Open",
    64240,
    "020405b42202010104020101",
    "64240_2-34-1-1-4-1-1_1460_00",
  ],
  ["with the experimental option", 64240, "020405b4fd04f98901030307", "64240_2-253-1-3_1460_7"],
  ["with MPTCP", 29200, "020405b41e0c00810102030405060708", "29200_2-30_1460_00"],
  [
    "with an MD5 signature",
    65535,
    `020405b40101${"1312"}${"ab".repeat(16)}`,
    "65535_2-1-1-19_1460_00",
  ],
  ["with options that nobody knows", 1, "ff02fe03004504aabb010101", "1_255-254-69-1-1-1_00_00"],
  [
    "with everything that fits",
    64240,
    `020405b40402080a0001e2400000000001030307${"01".repeat(20)}`,
    `64240_2-4-8-1-3${"-1".repeat(20)}_1460_7`,
  ],
];

for (const [name, window, hex, ja4t] of SYNS) {
  const options = Uint8Array.fromHex(hex);

  Deno.test(`sniff gives a SYN ${name} the JA4T of the description`, () => {
    for (const ends of [{}, { client: "2001:db8::1", server: "2001:db8::2" }]) {
      const connection = new MadeConnection(ends);
      const syn = connection.syn(text(""), { options, window });
      assert.deepEqual(foundValues([syn], "ja4t"), [ja4t]);
    }
  });

  Deno.test(`sniff gives a SYN-ACK ${name} the JA4TS of the description`, () => {
    const connection = new MadeConnection();
    const [syn] = connection.open();
    const flags = FLAG.syn | FLAG.ack;
    const synAck = connection.packet("server", -1, text(""), { flags, options, window });
    assert.deepEqual(foundValues([syn!, synAck], "ja4ts"), [ja4t]);
    const alone = foundFingerprints([synAck]).filter(({ kind }) => kind === "ja4ts");
    assert.deepEqual(alone.map(({ value, src }) => [value, src]), [[ja4t, "192.0.2.1"]]);
  });
}

Deno.test("sniff gives SYNs with ECN, data or urgent data their JA4T, too", () => {
  const connection = new MadeConnection();
  const cases = [
    connection.syn(text(""), { flags: 0x0c2 }),
    connection.syn(text("data"), { flags: FLAG.syn }),
    connection.syn(text(""), { flags: FLAG.syn | FLAG.psh }),
    connection.syn(text(""), { flags: FLAG.syn | 0x20 }),
    connection.syn(text(""), { flags: FLAG.syn | 0x100 }),
  ];
  for (const syn of cases) {
    assert.deepEqual(foundValues([syn], "ja4t"), ["64240_2-4-8-1-3_1460_7"]);
  }
  const answer = connection.packet("server", -1, text(""), {
    flags: 0x052,
    options: LINUX_OPTIONS,
    window: 65160,
  });
  assert.deepEqual(foundValues([answer], "ja4ts"), ["65160_2-4-8-1-3_1460_7"]);
});

Deno.test("sniff gives no JA4T to a SYN whose options the capture cut off", () => {
  const syn = new MadeConnection().syn();
  const cut = { ...syn, bytes: syn.bytes.subarray(0, 60), wire: syn.bytes.length };
  assert.deepEqual(foundValues([cut], "ja4t"), []);
});

Deno.test("sniff adds to JA4TS how long a server waited before it said SYN-ACK again", () => {
  const connection = new MadeConnection();
  const [syn, synAck] = connection.open();
  const after = (seconds: number, packet = synAck!) => ({
    ...packet,
    micros: synAck!.micros! + Math.round(seconds * 1_000_000),
  });
  const reset = connection.packet("server", 0, text(""), { flags: FLAG.rst });
  const packets = [
    ...[syn!, synAck!],
    ...[1.002, 3.01, 7.021, 15.03].map((seconds) => after(seconds)),
    after(21.04, reset),
  ];
  // One fingerprint for each packet: that is how the description lists them.
  const first = "65160_2-4-8-1-3_1460_7";
  assert.deepEqual(foundValues(packets, "ja4ts"), [
    first,
    ...["1", "1-2", "1-2-4", "1-2-4-8", "1-2-4-8-R6"].map((waits) => `${first}_${waits}`),
  ]);
});
