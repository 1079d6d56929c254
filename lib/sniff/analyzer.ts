/** What reads the payload of a connection once it is known what it speaks. */
export interface Analyzer {
  /**
   * Bytes of one side, in order; valid only during the call.
   *
   * @returns false when nothing more is wanted of this connection
   */
  data(fromOpener: boolean, bytes: Uint8Array): boolean;
  /** Bytes of one side are missing. @returns as {@linkcode Analyzer.data} */
  gap(fromOpener: boolean): boolean;
  /** A packet was seen: for those that count packets. */
  packet?(fromOpener: boolean, payloadLength: number): void;
  /** The connection ends. */
  end?(): void;
}
