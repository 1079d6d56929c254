/** What the parsers of capture formats have in common. */

/**
 * Takes one packet. `bytes` are only valid during the call.
 *
 * @param captured bytes of the packet at `offset` of `bytes`
 * @param wire its length on the wire, never less than `captured`
 * @param micros microseconds since the epoch
 * @param linkType LINKTYPE_ number (draft-ietf-opsawg-pcaplinktype)
 */
export type PacketHandler = (
  bytes: Uint8Array,
  offset: number,
  captured: number,
  wire: number,
  micros: number,
  linkType: number,
) => void;

/** Takes a key log (`SSLKEYLOGFILE`) that lies in a capture. `text` is only valid during the call. */
export type KeyLogHandler = (text: Uint8Array) => void;

/** Cuts bytes into the records of one capture format. */
export interface RecordParser {
  /** Packets handed out. */
  readonly packets: number;
  /**
   * Set when {@linkcode RecordParser.consume} stopped before the end: how many bytes the record
   * where it stopped has to have for the next step. Always more than there were.
   */
  readonly needed: number;
  /** Why the record where consume() stopped is damaged. There is no way on after that. */
  readonly fault: string | undefined;
  /** Hands out the packets of whole records in `bytes` and gives the offset where it stopped. */
  consume(bytes: Uint8Array, start: number, end: number): number;
}

/**
 * Largest packet that a capture may hold: what libpcap and Wireshark allow for the link types that
 * are read here. More than that is damage.
 */
export const MAX_CAPTURED = 256 * 1024;

/** The last microsecond of the year 9999, beyond which RFC 3339 has no name for a time. */
export const MAX_MICROS = 253402300799_999999;
