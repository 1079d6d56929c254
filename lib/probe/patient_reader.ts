/** Reads from a connection and gives up waiting, without giving up the connection. */
import { MAX_TIMER_MS } from "./clock.ts";
import type { Connection } from "./connection.ts";

/** A reader for protocols in which silence means something. */
export class PatientReader {
  readonly #connection: Connection;
  #pending: Promise<Uint8Array | undefined> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * Next bytes, undefined when the peer has closed, or `silent` when neither came within
   * `milliseconds`, Infinity for no limit; what comes later is given to the next call.
   *
   * @throws {ProbeFailure} as {@linkcode Connection.read}
   */
  async read(milliseconds: number): Promise<Uint8Array | undefined | "silent"> {
    const { promise: silence, resolve } = Promise.withResolvers<"silent">();
    const timer = milliseconds === Infinity
      ? undefined
      : setTimeout(() => resolve("silent"), Math.min(milliseconds, MAX_TIMER_MS));
    this.#pending ??= this.#connection.read();
    // It may fail when nobody waits for it any more, at the end of the connection at the latest.
    this.#pending.catch(() => {});
    try {
      const read = await Promise.race([this.#pending, silence]);
      if (read !== "silent") this.#pending = undefined;
      return read;
    } finally {
      clearTimeout(timer);
    }
  }
}
