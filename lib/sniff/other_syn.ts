/**
 * A SYN between the ends of a live connection that carries another sequence number. A host that is in
 * the connection does not take it for a new one (RFC 5961 4), so neither may who watches; but when the
 * old connection is gone from the host that is asked, its SYN-ACK will say so.
 */
import type { Packet } from "../net/packet.ts";
import { OTHER_SYN } from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";

/** Time, a double; sequence number; TTL, and above it who sent it; MSS. */
const TIME = OTHER_SYN;
const SEQUENCE = OTHER_SYN + 2;
const MARKS = OTHER_SYN + 3;
const MSS = OTHER_SYN + 4;

const TTL_MASK = 0xff;
const MARK = { known: 0x100, fromA: 0x200 } as const;

/** The SYN. */
export interface OtherSyn {
  readonly micros: number;
  /** As a signed number. */
  readonly sequence: number;
  readonly ttl: number;
  readonly mss: number;
}

/** Remembers a SYN in the record of the flow at `at`, in place of an earlier one. */
export function noteOtherSyn(
  table: FlowTable,
  at: number,
  syn: OtherSyn,
  fromA: boolean,
): void {
  const { words } = table;
  table.doubles[at + TIME >> 1] = syn.micros;
  words[at + SEQUENCE] = syn.sequence;
  words[at + MARKS] = MARK.known | (fromA ? MARK.fromA : 0) | syn.ttl;
  words[at + MSS] = syn.mss;
}

/** The SYN that the SYN-ACK `packet` answers; undefined when none was remembered that it fits. */
export function answeredSyn(
  table: FlowTable,
  at: number,
  packet: Packet,
  fromA: boolean,
): OtherSyn | undefined {
  const { words } = table;
  const marks = words[at + MARKS]!;
  const sequence = words[at + SEQUENCE]!;
  if ((marks & MARK.known) === 0 || ((marks & MARK.fromA) !== 0) === fromA) return undefined;
  if (((packet.acknowledgement - sequence) | 0) !== 1) return undefined;
  return {
    micros: table.doubles[at + TIME >> 1]!,
    sequence,
    ttl: marks & TTL_MASK,
    mss: words[at + MSS]!,
  };
}
