/**
 * JA4SSH: what an SSH session is used for, by the sizes and the directions of its packets.
 *
 * JA4SSH is a method of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see NOTICE. This
 * implementation was written from the published description.
 */

/** SSH packets that one fingerprint covers. */
export const JA4SSH_PACKETS = 200;

/** Above any TCP payload: lengths of the server's packets stand above it, so that one sort serves. */
const SERVER = 0x10000000;

/**
 * Counts the packets of one session. An SSH packet is here a TCP segment that brings new payload,
 * counted from the identification strings on; retransmissions do not count. Counting allocates
 * nothing.
 */
export class Ja4ssh {
  readonly #lengths = new Int32Array(JA4SSH_PACKETS);
  #clientPackets = 0;
  #serverPackets = 0;
  #clientAcks = 0;
  #serverAcks = 0;

  /** True when the next fingerprint is complete and `take` must come before the next packet. */
  get full(): boolean {
    return this.#clientPackets + this.#serverPackets === JA4SSH_PACKETS;
  }

  /** Counts a segment with `payloadLength` bytes; not counted while `full`. */
  packet(fromClient: boolean, payloadLength: number): void {
    if (this.full) return;
    this.#lengths[this.#clientPackets + this.#serverPackets] = fromClient
      ? payloadLength
      : payloadLength + SERVER;
    if (fromClient) this.#clientPackets++;
    else this.#serverPackets++;
  }

  /** Counts a bare ACK: no payload, and of all flags ACK alone. The handshake's last one counts. */
  ack(fromClient: boolean): void {
    if (fromClient) this.#clientAcks++;
    else this.#serverAcks++;
  }

  /**
   * The fingerprint of what was counted since the last call, and a new start: when `full`, and at
   * the end of the session. Undefined when no packet was counted.
   */
  take(): string | undefined {
    const packets = this.#clientPackets + this.#serverPackets;
    if (packets === 0) return undefined;
    const lengths = this.#lengths.subarray(0, packets).sort();
    const client = mode(lengths.subarray(0, this.#clientPackets));
    const server = mode(lengths.subarray(this.#clientPackets));
    const value = [
      `c${client}s${Math.max(0, server - SERVER)}`,
      `c${this.#clientPackets}s${this.#serverPackets}`,
      `c${this.#clientAcks}s${this.#serverAcks}`,
    ].join("_");
    this.#clientPackets = 0;
    this.#serverPackets = 0;
    this.#clientAcks = 0;
    this.#serverAcks = 0;
    return value;
  }
}

/** Most frequent of `sorted` values, the smallest if there are several; 0 for none. */
function mode(sorted: Int32Array): number {
  let best = 0;
  let most = 0;
  let run = 0;
  for (let index = 0; index < sorted.length; index++) {
    run = sorted[index] === sorted[index - 1] ? run + 1 : 1;
    if (run > most) {
      most = run;
      best = sorted[index]!;
    }
  }
  return best;
}
