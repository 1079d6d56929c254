/** The TCP connection that a probe reads and writes. */

/** A byte stream to the probed port. */
export interface Connection {
  /**
   * Next bytes that arrived (at most 16 KiB at a time, never empty), or undefined when the peer
   * has closed the stream in good order.
   * @throws {ProbeFailure} `timeout` at the deadline, `closed` when the peer reset the stream.
   */
  read(): Promise<Uint8Array | undefined>;
  /** Writes all of `bytes`. @throws {ProbeFailure} as {@linkcode Connection.read}. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the connection; safe to call twice. */
  close(): void;
}
