/** Connecting from a chosen address: node:net can bind before it connects, Deno.connect cannot. */
import { connect, type Socket } from "node:net";
import type { OpenStream, Stream } from "./dialer.ts";

/** Opens streams whose source is `sourceAddress`, an address of this machine. */
export function openStreamFrom(sourceAddress: string): OpenStream {
  return (address, port, signal) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, localAddress: sourceAddress });
      const abort = () => {
        socket.destroy();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      socket.once("error", (error) => {
        signal.removeEventListener("abort", abort);
        reject(error);
      });
      socket.once("connect", () => {
        signal.removeEventListener("abort", abort);
        resolve(new SocketStream(socket));
      });
    });
}

class SocketStream implements Stream {
  readonly #socket: Socket;
  #failure: Error | undefined;
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", (error) => {
      this.#failure = error;
      this.#wake();
    });
    socket.on("readable", () => this.#wake());
    for (const event of ["end", "close"] as const) {
      socket.on(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      const waiting = this.#socket.readableLength;
      const chunk: Uint8Array | null = waiting === 0
        ? null
        : this.#socket.read(Math.min(waiting, buffer.length));
      if (chunk !== null) {
        buffer.set(chunk);
        return chunk.length;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return null;
      // A first read(0) starts the flow of a stream that nobody has read from yet.
      this.#socket.read(0);
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
