/** What `decnet sniff --format fingerprints --dedup 0` tells of packets. */
import { fingerprintRecords } from "../../lib/sniff/fingerprint_records.ts";
import type { CapturedPacket } from "./capture_builder.ts";
import { sniff } from "./tcp_talk.ts";

/** One record. */
export interface FoundFingerprint {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly proto: string;
  readonly kind: string;
  readonly value: string;
}

/** All records of Ethernet frames, in the order in which they are told. */
export function foundFingerprints(packets: Iterable<CapturedPacket>): FoundFingerprint[] {
  return sniff(packets).events
    .flatMap((event) => fingerprintRecords(event, "made"))
    .map((record): FoundFingerprint => JSON.parse(record));
}

/** The values of one kind. */
export function foundValues(packets: Iterable<CapturedPacket>, kind: string): string[] {
  return foundFingerprints(packets).filter((record) => record.kind === kind)
    .map(({ value }) => value);
}
