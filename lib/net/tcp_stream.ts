/** Puts one direction of a TCP connection back in order, as far as a handshake needs. */

/** Takes the bytes of a stream in order. */
export interface StreamConsumer {
  /** Bytes that come next; they are valid only during the call. */
  data(bytes: Uint8Array, offset: number, length: number): void;
  /** Bytes are missing and will not come; what follows is not what would have followed. */
  gap(): void;
}

/** A segment that came before its turn. */
interface Early {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** Bytes behind these that the capture cut off. */
  readonly missing: number;
}

/** Segments and bytes that may wait for a missing one; the largest handshake flights are smaller. */
const MAX_EARLY_SEGMENTS = 64;
const MAX_EARLY_BYTES = 64 * 1024;

/** One direction. Sequence numbers are compared modulo 2^32 (RFC 9293 3.4). */
export class TcpStream {
  #next = 0;
  #started = false;
  #early: Early[] = [];
  #earlyBytes = 0;

  /**
   * Starts the stream at the byte after a SYN whose sequence number is `sequence`. Once the stream has
   * started a SYN changes nothing: it was sent or captured twice.
   */
  open(sequence: number): void {
    if (this.#started) return;
    this.#next = (sequence + 1) | 0;
    this.#started = true;
  }

  /**
   * Takes a segment's payload. What was seen before is dropped: of overlapping segments the first
   * counts.
   *
   * @param missing bytes of the payload that the capture cut off
   */
  push(
    sequence: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    missing: number,
    consumer: StreamConsumer,
  ): void {
    if (!this.#started) {
      this.#started = true;
      this.#next = sequence | 0;
    }
    const ahead = (sequence - this.#next) | 0;
    if (ahead > 0) {
      this.#keep(
        { sequence, bytes: bytes.slice(offset, offset + length), missing },
        consumer,
      );
      return;
    }
    this.#take(bytes, offset, length, missing, ahead, consumer);
    if (this.#early.length > 0) this.#drain(consumer);
  }

  /** Gives up what is missing before the segments that wait, and goes on with them. */
  skipGap(consumer: StreamConsumer): void {
    const [first] = this.#early;
    if (first === undefined) return;
    this.#next = first.sequence | 0;
    consumer.gap();
    this.#drain(consumer);
  }

  /** Gives up all that is missing: nothing more will come. */
  finish(consumer: StreamConsumer): void {
    while (this.#early.length > 0) this.skipGap(consumer);
  }

  /** Hands on what is new of a segment that begins at what comes next, or `-ahead` bytes before. */
  #take(
    bytes: Uint8Array,
    offset: number,
    length: number,
    missing: number,
    ahead: number,
    consumer: StreamConsumer,
  ): void {
    const fresh = length + ahead;
    if (fresh + missing <= 0) return;
    this.#next = (this.#next + fresh + missing) | 0;
    if (fresh > 0) consumer.data(bytes, offset - ahead, fresh);
    if (missing > 0) consumer.gap();
  }

  #keep(segment: Early, consumer: StreamConsumer): void {
    const { sequence, bytes } = segment;
    const at = this.#early.findIndex((early) => ((early.sequence - sequence) | 0) > 0);
    this.#early.splice(at < 0 ? this.#early.length : at, 0, segment);
    this.#earlyBytes += bytes.length;
    if (this.#early.length > MAX_EARLY_SEGMENTS || this.#earlyBytes > MAX_EARLY_BYTES) {
      this.skipGap(consumer);
    }
  }

  #drain(consumer: StreamConsumer): void {
    while (this.#early[0] !== undefined) {
      const { sequence, bytes, missing } = this.#early[0];
      const ahead = (sequence - this.#next) | 0;
      if (ahead > 0) return;
      this.#early.shift();
      this.#earlyBytes -= bytes.length;
      this.#take(bytes, 0, bytes.length, missing, ahead, consumer);
    }
  }
}
