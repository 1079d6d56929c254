/** Capture files: pcap and pcapng, and the bare records of a live capture. */
import assert from "node:assert/strict";
import { CaptureReader } from "../../../lib/net/capture_file.ts";
import { SavefileRecords } from "../../../lib/net/pcap.ts";
import { MAX_CAPTURED, MAX_MICROS, type PacketHandler } from "../../../lib/net/record_parser.ts";
import { captures } from "../captured.ts";
import { digest } from "../digest.ts";
import { cut } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** Longer captures repeat themselves. */
const MAX_SEED = 16 * 1024;

/** Link types that a live capture has: Ethernet. */
const ETHERNET = 1;

export const CAPTURE: FuzzTarget = {
  name: "capture",
  seeds: () => captures().map((bytes) => bytes.subarray(0, MAX_SEED)),
  run(input) {
    const whole = read([input]);
    const pieces = read(cut(input));
    assert.equal(pieces.damage, whole.damage);
    assert.equal(pieces.packets.join("\n"), whole.packets.join("\n"));
    assert.ok(whole.bytes <= input.length);
    const records = new SavefileRecords({ linkType: ETHERNET, nanoseconds: false }, inside());
    assert.ok(records.read(input, 100) <= input.length);
    return `${kindOf(whole.damage)} ${Math.min(whole.packets.length, 8)} ${records.packets > 0}`;
  },
};

interface ReadCapture {
  readonly packets: string[];
  readonly damage: string | undefined;
  bytes: number;
}

function read(chunks: readonly Uint8Array[]): ReadCapture {
  const packets: string[] = [];
  let total = 0;
  const check = inside();
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    check(bytes, offset, captured, wire, micros, linkType);
    const content = digest(bytes, offset, offset + captured);
    packets.push(`${captured} ${wire} ${micros} ${linkType} ${content}`);
    total += captured;
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { packets, damage: reader.damage, bytes: total };
}

/** Takes packets that are what a PacketHandler may expect. */
function inside(): PacketHandler {
  return (bytes, offset, captured, wire, micros, linkType) => {
    assert.ok(captured >= 0 && captured <= MAX_CAPTURED && wire >= captured);
    assert.ok(offset >= 0 && offset + captured <= bytes.length);
    assert.ok(Number.isInteger(micros) && micros >= 0 && micros <= MAX_MICROS);
    assert.ok(linkType >= 0 && linkType <= 0xffff);
  };
}

/** Damage without its numbers. */
export function kindOf(damage: string | undefined): string {
  return damage?.replace(/\d+/g, "#") ?? "sound";
}
