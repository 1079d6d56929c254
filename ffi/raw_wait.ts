/** Waits for packets on another thread, and can be woken. */
import { RawError } from "./raw_error.ts";
import { RawLibc } from "./raw_libc.ts";

/** poll.h: POLLIN. */
const POLLIN = 1;

/** Bytes of a struct pollfd. */
const POLLFD = 8;

/** sys/eventfd.h: EFD_NONBLOCK and EFD_CLOEXEC. */
const EVENT_FLAGS = 0o4000 | 0o2000000;

/** Nothing depends on it: a wait ends with a packet or when it is woken. */
const TIMEOUT_MS = 60_000;

/** One poll(2) at a time over some descriptors. */
export class RawWait implements Disposable {
  readonly #libc: RawLibc;
  readonly #event: number;
  readonly #count: number;
  /** In memory that does not move while another thread reads it. */
  readonly #pollfds: Uint8Array<ArrayBuffer>;

  /** @throws {RawError} */
  constructor(libc: RawLibc, descriptors: readonly number[]) {
    this.#libc = libc;
    this.#event = libc.symbols.eventfd(0, EVENT_FLAGS);
    if (this.#event < 0) throw new RawError("failed", "raw probes: no event descriptor");
    const all = [...descriptors, this.#event];
    this.#count = all.length;
    this.#pollfds = new Uint8Array(new ArrayBuffer(all.length * POLLFD));
    const view = new DataView(this.#pollfds.buffer);
    for (const [index, descriptor] of all.entries()) {
      view.setInt32(index * POLLFD, descriptor, true);
      view.setInt16(index * POLLFD + 4, POLLIN, true);
    }
  }

  /** Resolves when there are packets, with true, or after {@linkcode wake}. */
  async forPackets(): Promise<boolean> {
    const ready = await this.#libc.symbols.poll(this.#pollfds, BigInt(this.#count), TIMEOUT_MS);
    const woken = this.#pollfds[(this.#count - 1) * POLLFD + 6] !== 0;
    if (woken) this.#libc.symbols.read(this.#event, new Uint8Array(8), 8n);
    return ready > (woken ? 1 : 0);
  }

  /** Ends a wait at once; the next one, when there is none. */
  wake(): void {
    this.#libc.symbols.write(this.#event, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
  }

  [Symbol.dispose](): void {
    this.#libc.symbols.close(this.#event);
  }
}
