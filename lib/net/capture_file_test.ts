import fc from "fast-check";
import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { CaptureReader } from "./capture_file.ts";
import {
  pcap,
  pcapHeader,
  PcapngSection,
  type PcapOptions,
  pcapRecord,
  stamp,
} from "../../tests/support/capture_builder.ts";
import { inPieces, readCapture } from "../../tests/support/read_capture.ts";

const MICROS = 1_767_323_045_678_901;
const FIRST = Uint8Array.of(1, 2, 3, 4, 5);
const SECOND = new Uint8Array(300).fill(7);

const PACKETS = [
  { bytes: FIRST, micros: MICROS },
  { bytes: SECOND, micros: MICROS + 1, wire: 1500 },
  { bytes: new Uint8Array(0), micros: MICROS + 2, wire: 60 },
];

const EXPECTED = PACKETS.map(({ bytes, micros, wire = bytes.length }) => ({
  bytes,
  wire,
  micros,
  linkType: 1,
}));

const FORMATS: Readonly<Record<string, PcapOptions>> = {
  "little-endian": {},
  "big-endian": { littleEndian: false },
  "with nanoseconds": { nanoseconds: true },
  "big-endian with nanoseconds": { littleEndian: false, nanoseconds: true },
  "with Kuznetzov's records": { patched: true },
};

for (const [name, options] of Object.entries(FORMATS)) {
  Deno.test(`CaptureReader reads pcap ${name}`, () => {
    assert.deepEqual(readCapture(pcap(PACKETS, options)), {
      packets: EXPECTED,
      damage: undefined,
    });
  });
}

const PCAPNG = concatBytes(
  new PcapngSection()
    .interface(1)
    .enhancedPacket(0, stamp(MICROS), PACKETS[0]!)
    .block(0x0bad, new Uint8Array(5000))
    .packet(0, stamp(MICROS + 1), PACKETS[1]!)
    .finish(),
  new PcapngSection({ littleEndian: false })
    .interface(1)
    .enhancedPacket(0, stamp(MICROS + 2), PACKETS[2]!)
    .finish(),
);

Deno.test("CaptureReader reads pcapng of several sections", () => {
  assert.deepEqual(readCapture(PCAPNG), { packets: EXPECTED, damage: undefined });
});

Deno.test("CaptureReader finds the same packets whatever the size of the chunks", () => {
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6000 })),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  const captures = fc.constantFrom(
    PCAPNG,
    ...Object.values(FORMATS).map((options) => pcap(PACKETS, options)),
  );
  fc.assert(fc.property(captures, sizes, (capture, sizes) => {
    assert.deepEqual(readCapture(...inPieces(capture, sizes)), {
      packets: EXPECTED,
      damage: undefined,
    });
  }));
});

Deno.test("CaptureReader finds the same damage whatever the size of the chunks", () => {
  const mutated = fc.tuple(
    fc.constantFrom(PCAPNG, pcap(PACKETS)),
    fc.nat(),
    fc.integer({ min: 0, max: 255 }),
    fc.nat(),
  ).map(([capture, at, value, length]) => {
    const bytes = capture.slice(0, capture.length - length % 40);
    bytes[at % bytes.length] = value;
    return bytes;
  });
  fc.assert(
    fc.property(mutated, fc.integer({ min: 1, max: 50 }), (capture, size) => {
      assert.deepEqual(readCapture(...inPieces(capture, [size])), readCapture(capture));
    }),
    { numRuns: 500 },
  );
});

Deno.test("CaptureReader never throws, and hands out nothing that is not in the input", () => {
  const starts = fc.constantFrom(new Uint8Array(0), PCAPNG.slice(0, 48), pcapHeader());
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 400 }), (start, rest) => {
      const capture = concatBytes(start, rest);
      const { packets } = readCapture(capture);
      const total = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
      assert.ok(total <= capture.length);
    }),
    { numRuns: 500 },
  );
});

Deno.test("CaptureReader hands packets out of the chunk itself", () => {
  const chunk = pcap(PACKETS);
  const buffers = new Set<Uint8Array>();
  new CaptureReader((bytes) => buffers.add(bytes)).push(chunk);
  assert.deepEqual([...buffers], [chunk]);
});

Deno.test("CaptureReader counts the packet that it is handing out", () => {
  const counts: number[] = [];
  const reader = new CaptureReader(() => counts.push(reader.packets));
  reader.push(pcap(PACKETS));
  assert.deepEqual(counts, [1, 2, 3]);
});

Deno.test("CaptureReader gives a wire length that is not less than what was captured", () => {
  const [packet] = readCapture(pcap([{ bytes: FIRST, wire: 0 }])).packets;
  assert.equal(packet!.wire, FIRST.length);
});

const GOOD = pcap(PACKETS.slice(0, 1));
const RECORD = pcapRecord(PACKETS[1]!);

const DAMAGED: readonly (readonly [string, Uint8Array, string, number])[] = [
  ["no bytes", new Uint8Array(0), "offset 0: the capture is empty", 0],
  [
    "something else",
    new TextEncoder().encode("GET / HTTP/1.1\r\n"),
    "offset 0: neither pcap nor pcapng",
    0,
  ],
  ["a cut file header", GOOD.subarray(0, 20), "offset 0: cut off after 20 bytes", 0],
  ["a cut magic number", GOOD.subarray(0, 3), "offset 0: cut off after 3 bytes", 0],
  ["a cut record header", concatBytes(GOOD, RECORD.subarray(0, 15)), "offset 45: cut off", 1],
  ["a cut packet", concatBytes(GOOD, RECORD.subarray(0, 60)), "offset 45: cut off", 1],
  [
    "a packet of 4 GiB",
    concatBytes(GOOD, new Uint8Array(16).fill(0xff), RECORD),
    "offset 45: a packet of 4294967295 bytes",
    1,
  ],
  [
    "version 3",
    concatBytes(GOOD.subarray(0, 4), Uint8Array.of(3, 0), GOOD.subarray(6)),
    "offset 0: pcap version 3 is not known",
    0,
  ],
];

for (const [name, capture, damage, packets] of DAMAGED) {
  Deno.test(`CaptureReader names the damage of ${name}, after what is before it`, () => {
    const read = readCapture(capture);
    assert.ok(read.damage?.startsWith(damage), read.damage);
    assert.equal(read.packets.length, packets);
    assert.deepEqual(read, readCapture(...inPieces(capture, [1])));
  });
}

Deno.test("CaptureReader takes a file without packets", () => {
  assert.deepEqual(readCapture(pcapHeader()), { packets: [], damage: undefined });
});

Deno.test("CaptureReader does not allocate what a length announces", () => {
  const announcing = concatBytes(
    pcapHeader(),
    new Uint8Array(new Uint32Array([0, 0, 262144, 262144]).buffer),
  );
  const readers = Array.from({ length: 1000 }, () => {
    const reader = new CaptureReader(() => {});
    reader.push(announcing);
    return reader;
  });
  assert.ok(Deno.memoryUsage().external < 100 * 2 ** 20);
  assert.ok(readers.every((reader) => reader.damage === undefined));
});

Deno.test("CaptureReader drops what comes after damage", () => {
  const reader = new CaptureReader(() => assert.fail("a packet"));
  reader.push(new TextEncoder().encode("nothing"));
  reader.push(pcap(PACKETS));
  reader.end();
  assert.equal(reader.damage, "offset 0: neither pcap nor pcapng");
});
