/** TCP streams for tests: no network, and every step is the test's. */
import { setImmediate } from "node:timers";
import type { OpenStream, Stream } from "../../lib/probe/dialer.ts";

/** An error as the system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code} (os error)`), { code });
}

/** How a stream's pending read ends when its own side closes it. */
export type OnClose = "rejects" | "ends";

/** A stream that gives what is pushed, and remembers what was written. */
export class FakeStream implements Stream {
  readonly written: Uint8Array[] = [];
  closed = false;
  readonly #onClose: OnClose;
  readonly #arrived: (Uint8Array | Error | null)[] = [];
  #wake = () => {};

  constructor(arrived: readonly (Uint8Array | Error | null)[] = [], onClose: OnClose = "rejects") {
    this.#arrived.push(...arrived);
    this.#onClose = onClose;
  }

  /** Lets bytes, an error or the end (null) arrive. */
  push(item: Uint8Array | Error | null): void {
    this.#arrived.push(item);
    this.#wake();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      if (this.closed && this.#onClose === "rejects") throw systemError("EBADF");
      if (this.closed) return null;
      const item = this.#arrived.shift();
      if (item === null) this.#arrived.unshift(null);
      if (item === null || item instanceof Error) {
        if (item === null) return null;
        throw item;
      }
      if (item !== undefined) {
        const part = item.subarray(0, buffer.length);
        buffer.set(part);
        if (part.length < item.length) this.#arrived.unshift(item.subarray(part.length));
        return part.length;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.closed) return Promise.reject(systemError("EPIPE"));
    this.written.push(bytes.slice());
    return Promise.resolve(bytes.length);
  }

  /** @throws {Error} when it is closed already, as Deno's connections do */
  close(): void {
    if (this.closed) throw systemError("EBADF");
    this.closed = true;
    this.#wake();
  }
}

/** An attempt to connect that waits for the test's decision. */
export interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly signal: AbortSignal;
  accept(stream: FakeStream): void;
  refuse(code: string): void;
}

/** Attempts to connect, in order, each left to the test. */
export class FakeNetwork {
  readonly attempts: Attempt[] = [];

  readonly open: OpenStream = (address, port, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Stream>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    this.attempts.push({
      address,
      port,
      signal,
      accept: resolve,
      refuse: (code) => reject(systemError(code)),
    });
    return promise;
  };
}

/** Opens what `answer` gives for the port: a stream, or an error code. */
export function openingBy(
  answer: (port: number, address: string) => FakeStream | string,
): OpenStream {
  return (address, port) => {
    const result = answer(port, address);
    return typeof result === "string"
      ? Promise.reject(systemError(result))
      : Promise.resolve(result);
  };
}

/** Lets everything run that waits for nothing but its turn. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/**
 * Waits for something that timers may hold up, such as the breath that a long run takes.
 *
 * @throws {Error} when it does not come
 */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 5000; turns++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error("what the test waits for does not come");
}
