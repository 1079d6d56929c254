/** What reads the payload of a connection once it is known what it speaks. */
export interface Analyzer {
  /** Bytes of memory that it holds besides its objects. */
  readonly held: number;
  /** False while nothing that this side says is wanted: it need not be put in order. */
  listens(fromOpener: boolean): boolean;
  /**
   * Bytes of one side, in order; valid only during the call.
   *
   * @returns false when nothing more is wanted of this connection
   */
  data(fromOpener: boolean, bytes: Uint8Array): boolean;
  /** `length` bytes of one side are missing. @returns as {@linkcode Analyzer.data} */
  gap(fromOpener: boolean, length: number): boolean;
  /** All that one side has said so far comes again, behind what it said before that. */
  restart?(fromOpener: boolean): void;
  /** A packet was seen: for those that count packets. */
  packet?(fromOpener: boolean, payloadLength: number): void;
  /** The connection ends. */
  end?(): void;
}
