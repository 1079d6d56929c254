import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { type PcapngOption, PcapngSection, stamp } from "../../tests/support/capture_builder.ts";
import { readCapture } from "../../tests/support/read_capture.ts";

const bytes = Uint8Array.of(1, 2, 3, 4, 5);
const MICROS = 1_767_323_045_678_901;

/** The time of a packet whose time stamp is `value`, on an interface with these options. */
function microsOf(value: bigint, options: readonly PcapngOption[], littleEndian = true): number {
  const section = new PcapngSection({ littleEndian })
    .interface(1, options)
    .enhancedPacket(0, [Number(value >> 32n), Number(value & 0xffffffffn)], { bytes });
  const { packets, damage } = readCapture(section.finish());
  assert.equal(damage, undefined);
  return packets[0]!.micros;
}

function resolution(value: number): PcapngOption {
  return { code: 9, value: Uint8Array.of(value) };
}

function offset(seconds: bigint, littleEndian = true): PcapngOption {
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigInt64(0, seconds, littleEndian);
  return { code: 14, value };
}

/** Time stamps of the same moment, in units of all sizes. */
for (const exponent of [0, 3, 6, 7, 8, 9, 10, 12]) {
  Deno.test(`pcapng time in units of 10^-${exponent} s is floored to microseconds`, () => {
    for (const micros of [BigInt(MICROS), 1_767_323_045_999_999n, 4_102_444_799_000_001n]) {
      // 64 bits do not hold the times of today in units that are so small.
      const shown = exponent >= 10 ? micros % 10n ** 12n : micros;
      const unit = 10n ** BigInt(Math.abs(exponent - 6));
      const value = exponent < 6 ? shown / unit : shown * unit;
      const floored = exponent < 6 ? value * unit : shown;
      assert.equal(microsOf(value, [resolution(exponent)]), Number(floored));
      if (exponent <= 6) continue;
      assert.equal(microsOf(value + unit - 1n, [resolution(exponent)]), Number(floored));
      assert.equal(microsOf(value - 1n, [resolution(exponent)]), Number(floored - 1n));
    }
  });
}

for (const exponent of [0, 1, 10, 20, 30, 32, 33, 34]) {
  Deno.test(`pcapng time in units of 2^-${exponent} s is floored to microseconds`, () => {
    for (const ticks of [1n, 123_456_789n, 2n ** 40n + 12_345n, 2n ** 63n + 77n]) {
      const micros = Number(ticks * 1_000_000n / 2n ** BigInt(exponent));
      if (micros > Number.MAX_SAFE_INTEGER) continue;
      assert.equal(microsOf(ticks, [resolution(0x80 | exponent)]), micros);
    }
  });
}

Deno.test("pcapng times are within the years 1970 to 9999", () => {
  assert.equal(microsOf(2n ** 64n - 1n, []), 253402300799_999999);
  assert.equal(microsOf(2n ** 64n - 1n, [resolution(0)]), 253402300799_999999);
  assert.equal(microsOf(5n, [offset(-10n)]), 0);
  assert.equal(microsOf(2n ** 64n - 1n, [resolution(127)]), 0);
  assert.equal(microsOf(2n ** 64n - 1n, [resolution(255)]), 0);
});

Deno.test("pcapng time offsets are added, whatever the resolution", () => {
  assert.equal(microsOf(5n, [offset(3600n)]), 3_600_000_005);
  assert.equal(microsOf(5000n, [resolution(9), offset(-1n)]), 0);
  assert.equal(microsOf(2_000_000_999n, [resolution(9), offset(-1n)]), 1_000_000);
  assert.equal(microsOf(7n, [offset(1n, false)], false), 1_000_007);
});

Deno.test("pcapng options that are cut off or unknown are passed over", () => {
  const other = { code: 2, value: new TextEncoder().encode("eth0") };
  assert.equal(microsOf(5_000n, [other, resolution(9)]), 5);
  assert.equal(microsOf(5n, [{ code: 9, value: new Uint8Array(0) }]), 5);
  assert.equal(microsOf(5n, [{ code: 14, value: new Uint8Array(4).fill(1) }]), 5);
  const lying = new PcapngSection()
    .block(1, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 200, 0, 9, 0, 0, 0))
    .enhancedPacket(0, stamp(MICROS), { bytes });
  assert.equal(readCapture(lying.finish()).packets[0]!.micros, MICROS);
});

Deno.test("pcapng packets have the link type of their interface, in each section anew", () => {
  const capture = concatBytes(
    new PcapngSection().interface(1).interface(276)
      .enhancedPacket(1, stamp(MICROS), { bytes })
      .enhancedPacket(0, stamp(MICROS), { bytes })
      .finish(),
    new PcapngSection({ littleEndian: false }).interface(113)
      .packet(0, stamp(MICROS), { bytes })
      .finish(),
  );
  const { packets, damage } = readCapture(capture);
  assert.equal(damage, undefined);
  assert.deepEqual(packets.map(({ linkType }) => linkType), [276, 1, 113]);
});

Deno.test("pcapng simple packets are cut at the snaplen, and have the time before them", () => {
  const long = new Uint8Array(100).fill(9);
  const section = new PcapngSection().interface(1, [], 64)
    .simplePacket({ bytes })
    .enhancedPacket(0, stamp(MICROS), { bytes })
    .simplePacket({ bytes: long.subarray(0, 64), wire: 100 });
  const { packets, damage } = readCapture(section.finish());
  assert.equal(damage, undefined);
  assert.deepEqual(
    packets.map((packet) => [packet.bytes.length, packet.wire, packet.micros]),
    [[5, 5, 0], [5, 5, MICROS], [64, 100, MICROS]],
  );
});

const start = () => new PcapngSection().interface(1).enhancedPacket(0, stamp(MICROS), { bytes });

const DAMAGED: readonly (readonly [string, Uint8Array, string])[] = [
  [
    "an interface that was not described",
    start().enhancedPacket(1, stamp(MICROS), { bytes }).finish(),
    "offset 88: a packet of interface 1, which was not described",
  ],
  [
    "a simple packet without an interface",
    new PcapngSection().simplePacket({ bytes }).finish(),
    "offset 28: a packet of interface 0, which was not described",
  ],
  [
    "a packet that is longer than its block",
    concatBytes(
      start().finish(),
      start().enhancedPacket(0, stamp(MICROS), { bytes }).finish().subarray(88, 108),
      Uint8Array.of(200, 0, 0, 0, 200, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 40, 0, 0, 0),
    ),
    "offset 88: a packet of 200 bytes in a block of 40",
  ],
  [
    "a simple packet that is longer than its block",
    start().block(3, Uint8Array.of(200, 0, 0, 0, 1, 2, 3, 4)).finish(),
    "offset 88: a packet of 200 bytes in a block of 20",
  ],
  [
    "a packet block without a packet",
    start().block(6, bytes).finish(),
    "offset 88: a packet block",
  ],
  ["an obsolete one", start().block(2, bytes).finish(), "offset 88: a packet block"],
  ["a simple one", start().block(3, new Uint8Array(0)).finish(), "offset 88: a packet block"],
  ["a short interface", start().block(1, bytes.subarray(0, 4)).finish(), "offset 88: an interface"],
  [
    "two lengths",
    concatBytes(start().finish(), Uint8Array.of(5, 0, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0)),
    "offset 88: a block whose two lengths differ",
  ],
  [
    "a length that is no multiple of four",
    concatBytes(start().finish(), Uint8Array.of(5, 0, 0, 0, 13, 0, 0, 0, 13, 0, 0, 0)),
    "offset 88: a block of 13 bytes",
  ],
  [
    "a length that is too short",
    concatBytes(start().finish(), Uint8Array.of(5, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0)),
    "offset 88: a block of 8 bytes",
  ],
  [
    "a block of 4 GiB",
    concatBytes(start().finish(), new Uint8Array(12).fill(0xff)),
    "offset 88: a block of 4294967295 bytes",
  ],
  [
    "a section without byte-order magic",
    concatBytes(start().finish(), Uint8Array.of(10, 13, 13, 10, 28, 0, 0, 0, 1, 2, 3, 4)),
    "offset 88: a section header without byte-order magic",
  ],
  [
    "version 2",
    new PcapngSection().finish().with(12, 2),
    "offset 0: pcapng version 2 is not known",
  ],
  [
    "a section header that is too short",
    concatBytes(
      Uint8Array.of(10, 13, 13, 10, 16, 0, 0, 0),
      Uint8Array.of(0x4d, 0x3c, 0x2b, 0x1a, 16, 0, 0, 0),
    ),
    "offset 0: a section header that is too short",
  ],
];

for (const [name, capture, damage] of DAMAGED) {
  Deno.test(`pcapng damage is named: ${name}`, () => {
    const read = readCapture(capture);
    assert.ok(read.damage?.startsWith(damage), read.damage);
    assert.equal(read.packets.length, damage.startsWith("offset 88") ? 1 : 0);
  });
}

Deno.test("pcapng interfaces of a section are bounded", () => {
  const one = new PcapngSection().interface(1).finish().subarray(28);
  const many = concatBytes(
    new PcapngSection().finish(),
    ...Array.from({ length: 65537 }, () => one),
  );
  assert.equal(readCapture(many).damage, `offset ${28 + 65536 * 20}: too many interfaces`);
});
