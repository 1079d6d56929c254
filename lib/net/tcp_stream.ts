/** Puts one direction of a TCP connection back in order, as far as a handshake needs. */

/** Takes the bytes of a stream in order. */
export interface StreamConsumer {
  /** Bytes that come next; they are valid only during the call. */
  data(bytes: Uint8Array, offset: number, length: number): void;
  /** `length` bytes are missing and will not come. */
  gap(length: number): void;
  /** The stream began earlier than it seemed: what was given comes again, behind what was before it. */
  restart(): void;
  /**
   * True when the receiver has acknowledged what comes before `sequence`, so that it will not be sent
   * again; undefined when nobody knows what the receiver has.
   */
  acknowledged(sequence: number): boolean | undefined;
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

/**
 * Segments behind one that is missing after which it is given up, when the receiver has it: the capture
 * has lost it, or packets pass by in another order than they arrive, but not by so many.
 */
const MAX_REORDERED = 4;

/**
 * Segments and bytes at the start of a stream without a SYN behind which an earlier one may come, and how
 * much earlier.
 */
const MAX_START_SEGMENTS = 8;
const MAX_START_BYTES = 16 * 1024;

/** How far a segment is from what comes next if it belongs to the same connection: much more than a window. */
const MAX_DISTANCE = 1 << 26;

/** Memory of a segment that waits besides its bytes: two objects and a buffer's header. */
const EARLY_OVERHEAD = 256;

/** No segment waits in most streams. */
const NONE: readonly Early[] = [];

/** One direction. Sequence numbers are compared modulo 2^32 (RFC 9293 3.4). */
export class TcpStream {
  #next = 0;
  #started = false;
  /** Segments that wait for one before them, in order. */
  #early: readonly Early[] = NONE;
  #earlyBytes = 0;
  /** All segments so far of a stream without a SYN; undefined once it is clear where that starts. */
  #given: readonly Early[] | undefined = NONE;
  #givenBytes = 0;

  /** Bytes of memory that are held for segments that wait or may be given again. */
  get held(): number {
    const segments = this.#early.length + (this.#given?.length ?? 0);
    return this.#earlyBytes + this.#givenBytes + segments * EARLY_OVERHEAD;
  }

  /** True while segments wait for one before them. */
  get waiting(): boolean {
    return this.#early.length > 0;
  }

  /** True while an earlier segment than the first may come. */
  get startOpen(): boolean {
    return this.#given !== undefined;
  }

  /** True when `sequence` is too far from what comes next to be of this stream. */
  isFarFrom(sequence: number): boolean {
    return this.#started && Math.abs((sequence - this.#next) | 0) > MAX_DISTANCE;
  }

  /**
   * Starts the stream at the byte after a SYN whose sequence number is `sequence`. Once the stream has
   * started a SYN changes nothing: it was sent or captured twice.
   */
  open(sequence: number): void {
    if (this.#started) return;
    this.#next = (sequence + 1) | 0;
    this.#started = true;
    this.settle();
  }

  /** The stream starts where it seems to: nothing that was given comes again. */
  settle(): void {
    this.#given = undefined;
    this.#givenBytes = 0;
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
    let ahead = (sequence - this.#next) | 0;
    if (ahead > 0 || this.#given !== undefined) {
      const segment = { sequence, bytes: bytes.slice(offset, offset + length), missing };
      if (this.#given !== undefined) this.#give(segment, this.#given, consumer);
      ahead = (sequence - this.#next) | 0;
      if (ahead > 0) {
        this.#keep(segment, consumer);
        return;
      }
    }
    this.#take(bytes, offset, length, missing, ahead, consumer);
    if (this.#early.length > 0) this.#drain(consumer);
  }

  /** Passes over a segment that nobody wants to read, and over all that waits. */
  pass(sequence: number, length: number): void {
    const end = (sequence + length) | 0;
    if (!this.#started || ((end - this.#next) | 0) > 0) this.#next = end;
    this.#started = true;
    this.#early = NONE;
    this.#earlyBytes = 0;
    this.settle();
  }

  /** Gives up all that is missing: nothing more will come. */
  finish(consumer: StreamConsumer): void {
    while (this.#early.length > 0) this.#skipGap(consumer);
    this.settle();
  }

  /** Gives up what is missing before the segments that wait, and goes on with them. */
  #skipGap(consumer: StreamConsumer): void {
    const { sequence } = this.#early[0]!;
    const length = (sequence - this.#next) | 0;
    this.#next = sequence | 0;
    consumer.gap(length);
    this.#drain(consumer);
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
    if (missing > 0) consumer.gap(Math.min(missing, fresh + missing));
  }

  /** Remembers a segment of a stream without a SYN, and starts again if it is an earlier one. */
  #give(segment: Early, given: readonly Early[], consumer: StreamConsumer): void {
    const ahead = given.length > 0 ? (segment.sequence - given[0]!.sequence) | 0 : 0;
    if (ahead < -MAX_START_BYTES) return;
    this.#givenBytes += segment.bytes.length;
    if (given.length >= MAX_START_SEGMENTS || this.#givenBytes > MAX_START_BYTES) {
      this.settle();
      return;
    }
    this.#given = inserted(given, segment);
    if (ahead >= 0) return;
    this.#next = segment.sequence | 0;
    this.#early = given;
    this.#earlyBytes = this.#givenBytes - segment.bytes.length;
    consumer.restart();
  }

  #keep(segment: Early, consumer: StreamConsumer): void {
    const isFar = this.isFarFrom(segment.sequence);
    this.#early = inserted(this.#early, segment);
    this.#earlyBytes += segment.bytes.length;
    // Another connection, or the end of one that was hardly captured: nothing fills that gap.
    while (isFar && this.#early.length > 0) this.#skipGap(consumer);
    while (this.#early.length >= MAX_REORDERED) {
      const full = this.#early.length > MAX_EARLY_SEGMENTS || this.#earlyBytes > MAX_EARLY_BYTES;
      const received = consumer.acknowledged(this.#early[0]!.sequence);
      if (received === true || full && received === undefined) this.#skipGap(consumer);
      // What was not acknowledged is sent again. Until then whoever sends far ahead of what the
      // receiver takes must not make us give up what it waits for.
      else if (full) this.#dropLast();
      else return;
    }
  }

  #dropLast(): void {
    const last = this.#early.at(-1)!;
    this.#earlyBytes -= last.bytes.length;
    this.#early = this.#early.slice(0, -1);
  }

  #drain(consumer: StreamConsumer): void {
    while (this.#early[0] !== undefined) {
      const { sequence, bytes, missing } = this.#early[0];
      const ahead = (sequence - this.#next) | 0;
      if (ahead > 0) return;
      this.#early = this.#early.slice(1);
      this.#earlyBytes -= bytes.length;
      this.#take(bytes, 0, bytes.length, missing, ahead, consumer);
    }
  }
}

/** `segments`, which are in order, with one more. */
function inserted(segments: readonly Early[], segment: Early): Early[] {
  const at = segments.findIndex((other) => ((other.sequence - segment.sequence) | 0) > 0);
  return segments.toSpliced(at < 0 ? segments.length : at, 0, segment);
}
