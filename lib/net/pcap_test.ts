import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { SavefileRecords } from "./pcap.ts";
import type { PacketHandler } from "./record_parser.ts";

const MICROS = 1_767_323_045_678_901;

/** A record as libpcap writes it on this machine. */
function record(bytes: Uint8Array, fraction: number, wire = bytes.length): Uint8Array {
  const header = Uint32Array.of(Math.floor(MICROS / 1_000_000), fraction, bytes.length, wire);
  return concatBytes(new Uint8Array(header.buffer), bytes);
}

function reading(nanoseconds: boolean): { records: SavefileRecords; seen: unknown[] } {
  const seen: unknown[] = [];
  const onPacket: PacketHandler = (bytes, offset, captured, wire, micros, linkType) => {
    seen.push([bytes.slice(offset, offset + captured), wire, micros, linkType]);
  };
  return { records: new SavefileRecords({ linkType: 113, nanoseconds }, onPacket), seen };
}

const FIRST = Uint8Array.of(1, 2, 3);
const SECOND = Uint8Array.of(4);

Deno.test("SavefileRecords reads as many records as there are, and not what is left behind them", () => {
  const { records, seen } = reading(false);
  const old = record(FIRST, 1);
  const batch = concatBytes(record(FIRST, 678_901), record(SECOND, 678_902, 90), old);
  assert.equal(records.read(batch, 2), batch.length - old.length);
  assert.deepEqual(seen, [[FIRST, 3, MICROS, 113], [SECOND, 90, MICROS + 1, 113]]);
  assert.equal(records.packets, 2);
  assert.equal(records.damage, undefined);
});

Deno.test("SavefileRecords floors nanoseconds to microseconds", () => {
  const { records, seen } = reading(true);
  records.read(record(FIRST, 678_901_999), 1);
  assert.deepEqual(seen, [[FIRST, 3, MICROS, 113]]);
});

Deno.test("SavefileRecords takes seconds after 2038", () => {
  const { records, seen } = reading(false);
  const header = Uint32Array.of(0x90000000, 5, 1, 1);
  records.read(concatBytes(new Uint8Array(header.buffer), SECOND), 1);
  assert.deepEqual(seen, [[SECOND, 1, 0x90000000 * 1_000_000 + 5, 113]]);
});

Deno.test("SavefileRecords calls missing records damage, and reads nothing after it", () => {
  const { records, seen } = reading(false);
  records.read(record(FIRST, 1), 2);
  assert.equal(records.damage, "1 records where there should be 2");
  assert.equal(records.read(record(FIRST, 1), 1), 0);
  assert.equal(seen.length, 1);
});

Deno.test("SavefileRecords calls an impossible length damage", () => {
  const { records, seen } = reading(false);
  records.read(new Uint8Array(100).fill(0xff), 1);
  assert.equal(records.damage, "a packet of 4294967295 bytes");
  assert.deepEqual(seen, []);
});
