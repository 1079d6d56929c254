/** The whole sniffer on hostile packets. */
import assert from "node:assert/strict";
import { eventLine } from "../../commands/event_line.ts";
import type { Event } from "../../lib/event/event.ts";
import type { Engine } from "../../lib/sniff/engine.ts";
import { fingerprintRecords } from "../../lib/sniff/fingerprint_records.ts";
import { styleFor } from "../../lib/terminal/style.ts";
import type { CapturedPacket } from "../support/capture_builder.ts";
import { type SniffedOptions, sniffingEngine } from "../support/tcp_talk.ts";
import { assertOneLine, assertSurvives } from "./event_lines.ts";

/** Few, so that flows have to make room for others. */
const MAX_FLOWS = 16;
const MAX_SOURCES = 64;

/** Bytes of an engine's tables, whatever comes. */
export const TABLES: number = 1024 * 1024;

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

/** Events of one input whose lines are looked at. */
const MAX_CHECKED = 100;

const PLAIN = styleFor({ terminal: false, noColor: undefined, term: undefined });

/** What an engine tells of the packets that `feed` gives it: each event is whole in every format. */
export function sniffed(feed: (engine: Engine) => void, options: SniffedOptions = {}): Event[] {
  const events: Event[] = [];
  const engine = sniffingEngine((event) => {
    if (events.length < MAX_CHECKED) checkEvent(event);
    events.push(event);
  }, { maxFlows: MAX_FLOWS, maxSources: MAX_SOURCES, ...options });
  feed(engine);
  engine.end();
  return events;
}

/** The same for Ethernet frames. */
export function sniffedPackets(packets: readonly CapturedPacket[]): Event[] {
  return sniffed((engine) => {
    for (const { bytes, micros = 0, wire = bytes.length } of packets) {
      // What a packet lay in is overwritten by the next one.
      const buffer = bytes.slice();
      engine.handle(buffer, 0, bytes.length, wire, micros, ETHERNET);
      buffer.fill(0xee);
    }
  });
}

/** Types of events, each once. */
export function typesOf(events: readonly Event[]): string {
  return [...new Set(events.map((event) => event.event_type))].sort().join();
}

function checkEvent(event: Event): void {
  assertSurvives(event);
  assertOneLine(eventLine(event, PLAIN));
  for (const record of fingerprintRecords(event, "capture.pcap")) {
    assertOneLine(record);
    const { kind, value, community_id: id } = JSON.parse(record);
    assert.ok(typeof kind === "string" && value !== undefined && id === undefined);
  }
}
