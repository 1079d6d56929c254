/** Oddities of IP and TCP headers that p0f v3 signatures name (p0f's README, section 5). */

/** One bit for each quirk. */
export const QUIRK = {
  /** Don't fragment. */
  df: 1 << 0,
  /** Don't fragment, and an IP identification for all that. */
  idSet: 1 << 1,
  /** May be fragmented, and no IP identification. */
  idZero: 1 << 2,
  /** Explicit congestion notification, in the IP or the TCP header. */
  ecn: 1 << 3,
  /** The reserved bit of the IPv4 flags. */
  reserved: 1 << 4,
  /** An IPv6 flow label. */
  flow: 1 << 5,
  seqZero: 1 << 6,
  /** Acknowledgement number without the ACK flag. */
  ackSet: 1 << 7,
  /** ACK flag without an acknowledgement number. */
  ackZero: 1 << 8,
  /** Urgent pointer without the URG flag. */
  urgentPointer: 1 << 9,
  urgentFlag: 1 << 10,
  pushFlag: 1 << 11,
  /** Own timestamp 0. */
  timestampZero: 1 << 12,
  /** Peer's timestamp in a SYN, which cannot know it. */
  echoSet: 1 << 13,
  /** Something behind the end of the option list. */
  paddingSet: 1 << 14,
  /** Window scale over 14 (RFC 7323 2.3). */
  scaleExcessive: 1 << 15,
  malformed: 1 << 16,
} as const;

/** Quirks that only IPv4 headers can have. */
export const IPV4_QUIRKS = QUIRK.df | QUIRK.idSet | QUIRK.idZero | QUIRK.reserved;

/** Their names, in the order in which p0f writes them. */
const NAMES: readonly (readonly [name: string, bit: number])[] = [
  ["df", QUIRK.df],
  ["id+", QUIRK.idSet],
  ["id-", QUIRK.idZero],
  ["ecn", QUIRK.ecn],
  ["0+", QUIRK.reserved],
  ["flow", QUIRK.flow],
  ["seq-", QUIRK.seqZero],
  ["ack+", QUIRK.ackSet],
  ["ack-", QUIRK.ackZero],
  ["uptr+", QUIRK.urgentPointer],
  ["urgf+", QUIRK.urgentFlag],
  ["pushf+", QUIRK.pushFlag],
  ["ts1-", QUIRK.timestampZero],
  ["ts2+", QUIRK.echoSet],
  ["opt+", QUIRK.paddingSet],
  ["exws", QUIRK.scaleExcessive],
  ["bad", QUIRK.malformed],
];

const BITS: ReadonlyMap<string, number> = new Map(NAMES);

/** Quirks as p0f writes them: `df,id+`; empty for none. */
export function formatQuirks(quirks: number): string {
  return NAMES.filter(([, bit]) => (quirks & bit) !== 0).map(([name]) => name).join(",");
}

/** The bits of a comma-separated list; undefined when it has an unknown name. */
export function parseQuirks(text: string): number | undefined {
  if (text === "") return 0;
  let quirks = 0;
  for (const name of text.split(",")) {
    const bit = BITS.get(name);
    if (bit === undefined) return undefined;
    quirks |= bit;
  }
  return quirks;
}
