/** Counts the packets of a flow, in its record. */
import type { Packet } from "../net/packet.ts";
import {
  LAST,
  LONGEST_PAUSE,
  PACKETS,
  PAYLOAD,
  RETRANSMITS,
  SHORTEST_PAUSE,
} from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";

/** What a pause can be told with, half an hour; flows end long before. */
const MAX_PAUSE = 0x7fff_ffff;

/** Counts a packet, the first one of its flow where the record says so. */
export function countPacket(flows: FlowTable, record: number, packet: Packet): void {
  const { words, doubles } = flows;
  const { micros, payloadLength, payloadMissing } = packet;
  const last = record + LAST >> 1;
  if (words[record + PACKETS]! > 0) {
    // Packets of several capture queues may be out of order.
    const pause = Math.max(0, Math.min(MAX_PAUSE, micros - doubles[last]!));
    if (pause < words[record + SHORTEST_PAUSE]!) words[record + SHORTEST_PAUSE] = pause;
    if (pause > words[record + LONGEST_PAUSE]!) words[record + LONGEST_PAUSE] = pause;
  } else {
    words[record + SHORTEST_PAUSE] = MAX_PAUSE;
  }
  words[record + PACKETS]!++;
  doubles[last] = micros;
  doubles[record + PAYLOAD >> 1]! += payloadLength + payloadMissing;
}

/** Counts a segment that brought nothing new. */
export function countRetransmit(flows: FlowTable, record: number): void {
  flows.words[record + RETRANSMITS]!++;
}
