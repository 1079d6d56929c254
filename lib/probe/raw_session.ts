/** One probe's conversation with one host: packets out, answers in, and waits in between. */
import { ProbeFailure } from "./probe.ts";
import type { PacketListener, RawRoute } from "./raw_network.ts";
import type { RawProbeContext } from "./raw_probe.ts";

/** Pause before a packet is sent again that the system had no room for. */
const FULL_WAIT_MS = 10;

/** A probe's listener, until it is disposed of. */
export class RawSession implements Disposable {
  readonly #context: RawProbeContext;
  readonly #forget: () => void;
  #onPacket: () => void = () => {};

  /**
   * @param address whose answers to take in; undefined for those of all hosts
   * @param listener called for each of them
   */
  constructor(
    context: RawProbeContext,
    address: Uint8Array | undefined,
    listener: PacketListener,
  ) {
    this.#context = context;
    this.#forget = context.network.listen(address, (packet, origin) => {
      listener(packet, origin);
      this.#onPacket();
    });
  }

  /**
   * Sends a packet when its turn has come.
   *
   * @returns when, in microseconds since the epoch
   * @throws {ProbeFailure}
   */
  async send(packet: Uint8Array<ArrayBuffer>, route: RawRoute): Promise<number> {
    const { network, deadline } = this.#context;
    await this.#context.turn();
    while (true) {
      if (deadline.cutOff !== undefined) throw deadline.failure();
      const at = network.send(packet, route);
      if (at !== undefined) return at;
      await this.pause(FULL_WAIT_MS);
    }
  }

  /**
   * Waits until `done`, asked after each packet, or for some milliseconds.
   *
   * @returns what `done` says in the end; false also when the deadline has passed
   * @throws {ProbeFailure} `interrupted`
   */
  async until(done: () => boolean, milliseconds: number): Promise<boolean> {
    const { network, deadline } = this.#context;
    if (!done() && milliseconds > 0 && deadline.cutOff === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onPacket = () => {
        if (done()) resolve();
      };
      const stopAlarm = network.after(Math.min(milliseconds, deadline.remaining()), resolve);
      const forget = deadline.onCutOff(resolve);
      await promise;
      this.#onPacket = () => {};
      stopAlarm();
      forget();
    }
    if (deadline.cutOff === "interrupted") throw deadline.failure();
    return done();
  }

  /** Lets some milliseconds pass. @throws {ProbeFailure} `interrupted` */
  async pause(milliseconds: number): Promise<void> {
    await this.until(() => false, milliseconds);
  }

  /** True when there is no time left. */
  get over(): boolean {
    return this.#context.deadline.remaining() <= 0;
  }

  [Symbol.dispose](): void {
    this.#forget();
  }
}

/** Runs `step`; false when the time was up before it was done. @throws {ProbeFailure} of other kinds */
export async function inTime(step: Promise<unknown>): Promise<boolean> {
  try {
    await step;
    return true;
  } catch (error) {
    if (error instanceof ProbeFailure && error.outcome === "timeout") return false;
    throw error;
  }
}

/** Random bits for identifiers, 1 to `most`. */
export function randomUpTo(most: number): number {
  return 1 + crypto.getRandomValues(new Uint32Array(1))[0]! % most;
}
