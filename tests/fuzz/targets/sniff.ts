/** The sniffer on damaged captures. */
import assert from "node:assert/strict";
import { AddressSet, parseCidr } from "../../../lib/net/address_range.ts";
import { CaptureReader } from "../../../lib/net/capture_file.ts";
import { Home } from "../../../lib/sniff/home.ts";
import { pcap } from "../../support/capture_builder.ts";
import { type Frame, frames } from "../captured.ts";
import { choice, cut } from "../pieces.ts";
import { sniffed, TABLES, typesOf } from "../sniffed.ts";
import type { FuzzTarget } from "../target.ts";
import { kindOf } from "./capture.ts";

/** Packets of a seed, and seeds out of one capture. */
const PACKETS = 12;
const MAX_SEEDS = 30;

/** Microseconds between two packets. */
const INTERVAL = 50_000;

/** Seconds. */
const DEDUP = 300;

/** Decoys in the networks that most captures come from, one of them with a name. */
const HOME = new Home(
  new Map([["192.0.2.1", "omega"]]),
  new AddressSet(
    ["10.0.0.0/8", "192.168.0.0/17", "198.51.100.0/24"].map((block) => parseCidr(block)!),
  ),
);

export const SNIFF: FuzzTarget = {
  name: "sniff",
  tables: TABLES,
  seeds: () => frames().flatMap(parts),
  run(input) {
    let damage: string | undefined;
    const events = sniffed((engine) => {
      const reader = new CaptureReader(engine.handle);
      for (const piece of cut(input)) {
        // A chunk lasts until the next one, as with a pipe.
        const chunk = piece.slice();
        reader.push(chunk);
        chunk.fill(0xee);
      }
      reader.end();
      damage = reader.damage;
      assert.equal(engine.counters.packets, reader.packets);
    }, { dedup: DEDUP, home: choice(input, 2) === 0 ? HOME : new Home() });
    return `${typesOf(events)} ${kindOf(damage)}`;
  },
};

/** A capture in short captures. */
function parts(frames: readonly Frame[]): Uint8Array[] {
  const count = Math.min(MAX_SEEDS, Math.ceil(frames.length / PACKETS));
  return Array.from({ length: count }, (_, index) => {
    const part = frames.slice(index * PACKETS, (index + 1) * PACKETS);
    const packets = part.map(({ bytes, missing }, index) => ({
      bytes,
      wire: bytes.length + missing,
      micros: index * INTERVAL,
    }));
    return pcap(packets, { linkType: part[0]!.linkType });
  });
}
