/** Opens the prober's TCP connections, within its limits. */
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import { connectFailure, isExhausted, streamFailure } from "./connect_error.ts";
import { HostGates } from "./host_gates.ts";
import { Pacer, Semaphore } from "./pacer.ts";
import { ProbeFailure } from "./probe.ts";

/** A raw byte stream, as Deno.connect gives it. */
export interface Stream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** Opens a stream; `signal` gives up. Rejects with the system's error. */
export type OpenStream = (address: string, port: number, signal: AbortSignal) => Promise<Stream>;

/** Limits on connections. */
export interface DialerOptions {
  /** New connections a second; 0 for no limit. */
  readonly rate: number;
  /** The same to any one address. @default no limit */
  readonly hostRate?: number;
  /** Connections open at a time. */
  readonly maxOpen: number;
  /** How a stream is opened. */
  readonly open: OpenStream;
}

/** Opens a stream by the system's own choice of source address. */
export const openStream: OpenStream = (hostname, port, signal) =>
  Deno.connect({ hostname, port, signal });

/** Enough for a ClientHello's answer in one read, small enough to be made anew for each. */
const READ_SIZE = 4096;

/** Wait before a connection is tried again that this machine had no descriptor or port for. */
const EXHAUSTED_WAIT_MS = 50;

/** Tries while no connection of ours is open, whose end would make room. */
const EXHAUSTED_TRIES = 100;

/** Opens connections and counts them. */
export class Dialer {
  /** Connections tried so far. */
  attempts = 0;
  readonly #pacer: Pacer;
  readonly #gates: HostGates;
  readonly #slots: Semaphore;
  readonly #open: OpenStream;
  readonly #clock: Clock;
  #inUse = 0;

  constructor(options: DialerOptions, clock: Clock = REAL_CLOCK) {
    this.#pacer = new Pacer(options.rate, clock);
    this.#gates = new HostGates(options.hostRate ?? 0, clock);
    this.#slots = new Semaphore(options.maxOpen);
    this.#open = options.open;
    this.#clock = clock;
  }

  /**
   * Opens a connection that lasts until `deadline` at the most.
   *
   * @throws {ProbeFailure} with the outcome of the attempt
   */
  async dial(address: string, port: number, deadline: Deadline): Promise<Connection> {
    deadline.check();
    // Before a slot is taken: who waits for its own host keeps nobody else waiting.
    const gate = this.#gates.enter(address);
    if (gate !== undefined) await wait(gate, deadline, () => this.#gates.leave(address, false));
    try {
      const slot = this.#slots.acquire();
      if (slot !== undefined) await wait(slot, deadline, () => this.#slots.release());
    } catch (error) {
      this.#gates.leave(address, false);
      throw error;
    }
    try {
      const left = this.#leave(address, deadline);
      if (left !== undefined) await left;
      const stream = await this.#connect(address, port, deadline);
      this.#inUse++;
      return new StreamConnection(stream, deadline, () => {
        this.#inUse--;
        this.#slots.release();
      });
    } catch (error) {
      this.#slots.release();
      throw error;
    }
  }

  /**
   * Waits until a packet that is no connection may go to `address`, by the same limits.
   *
   * @throws {ProbeFailure} when interrupted
   */
  async turn(address: string, deadline: Deadline): Promise<void> {
    deadline.check();
    const gate = this.#gates.enter(address);
    if (gate !== undefined) await wait(gate, deadline, () => this.#gates.leave(address, false));
    await this.#leave(address, deadline);
  }

  /** Waits for the turn among all, and lets the next one to the same host enter; undefined for now. */
  #leave(address: string, deadline: Deadline): Promise<void> | undefined {
    const turn = this.#pacer.turn();
    if (turn === undefined) {
      this.#gates.leave(address, true);
      return undefined;
    }
    return deadline.pauseFor(turn).then(
      () => this.#gates.leave(address, true),
      (error) => {
        this.#gates.leave(address, false);
        throw error;
      },
    );
  }

  async #connect(address: string, port: number, deadline: Deadline): Promise<Stream> {
    let triesLeft = EXHAUSTED_TRIES;
    while (true) {
      deadline.check();
      this.attempts++;
      const canceller = new AbortController();
      const forget = deadline.onCutOff(() => canceller.abort());
      try {
        const stream = await this.#open(address, port, canceller.signal);
        if (deadline.cutOff === undefined) return stream;
        stream.close();
        throw deadline.failure();
      } catch (error) {
        deadline.check();
        if (error instanceof ProbeFailure) throw error;
        if (!isExhausted(error) || (this.#inUse === 0 && --triesLeft === 0)) {
          throw connectFailure(error);
        }
        await deadline.pauseFor(this.#clock.sleep(EXHAUSTED_WAIT_MS));
      } finally {
        forget();
      }
    }
  }
}

/** Waits for something that comes to us all the same, when its turn comes: then `giveBack` hands it on. */
async function wait(
  turn: Promise<void>,
  deadline: Deadline,
  giveBack: () => void,
): Promise<void> {
  try {
    await deadline.pauseFor(turn);
  } catch (error) {
    turn.then(giveBack);
    throw error;
  }
}

class StreamConnection implements Connection {
  readonly #stream: Stream;
  readonly #deadline: Deadline;
  readonly #release: () => void;
  #forget = () => {};
  #open = true;

  constructor(stream: Stream, deadline: Deadline, release: () => void) {
    this.#stream = stream;
    this.#deadline = deadline;
    this.#release = release;
    // Calls close() right here when the deadline has just passed.
    this.#forget = deadline.onCutOff(() => this.close());
  }

  async read(): Promise<Uint8Array | undefined> {
    this.#deadline.check();
    const buffer = new Uint8Array(READ_SIZE);
    let length: number | null;
    try {
      length = await this.#stream.read(buffer);
    } catch (error) {
      this.#deadline.check();
      throw streamFailure(error);
    }
    if (length !== null) return buffer.subarray(0, length);
    // Some streams end in good order when they are closed from this side.
    this.#deadline.check();
    return undefined;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    try {
      while (rest.length > 0) {
        this.#deadline.check();
        rest = rest.subarray(await this.#stream.write(rest));
      }
    } catch (error) {
      this.#deadline.check();
      throw error instanceof ProbeFailure ? error : streamFailure(error);
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#forget();
    this.#stream.close();
    this.#release();
  }
}
