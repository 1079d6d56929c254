/** Sends Ethernet frames as they are, many with one system call. Linux only, needs root. */

/** sys/socket.h, linux/if_packet.h. */
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;

/** Bytes of a struct sockaddr_ll, iovec and mmsghdr with 64-bit pointers. */
const SOCKADDR_SIZE = 20;
const IOVEC_SIZE = 16;
const MESSAGE_SIZE = 64;

/** sendmmsg(2) takes at most as many messages. */
const MOST_MESSAGES = 1024;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  usleep: { parameters: ["u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Frames that are sent again and again through one interface. */
export class FrameSender implements Disposable {
  readonly #libc = Deno.dlopen("libc.so.6", SYMBOLS);
  readonly #socket: number;
  readonly #count: number;
  // The structures hold addresses of one another, which the garbage collector does not see.
  readonly #frames: Uint8Array<ArrayBuffer>;
  readonly #vectors: BigUint64Array<ArrayBuffer>;
  readonly #messages: Uint8Array<ArrayBuffer>;
  #next = 0;

  constructor(device: string, frames: readonly Uint8Array[]) {
    this.#count = frames.length;
    this.#frames = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 64));
    this.#vectors = new BigUint64Array(frames.length * IOVEC_SIZE / 8 + 64);
    this.#messages = new Uint8Array(frames.length * MESSAGE_SIZE + 64);
    this.#arrange(frames);
    this.#socket = this.#open(device);
  }

  /** Bytes of the frames of one round. */
  get bytes(): number {
    return this.#frames.length - 64;
  }

  /**
   * Sends `count` frames, the next ones each time, at about `rate` a second.
   *
   * @returns seconds that it took
   */
  send(count: number, rate: number = Infinity): number {
    const burst = Math.max(1, Math.min(MOST_MESSAGES, Math.floor(rate / 1000)));
    const start = performance.now();
    for (let sent = 0; sent < count;) {
      sent += this.#burst(Math.min(burst, count - sent));
      const early = start + sent / rate * 1000 - performance.now();
      if (early > 0.1) this.#libc.symbols.usleep(Math.floor(early * 1000));
    }
    return (performance.now() - start) / 1000;
  }

  [Symbol.dispose](): void {
    this.#libc.symbols.close(this.#socket);
    this.#libc.close();
  }

  /** Up to `most` frames; returns how many went. */
  #burst(most: number): number {
    const count = Math.min(most, this.#count - this.#next);
    const messages = this.#messages.subarray(this.#next * MESSAGE_SIZE);
    // A full queue is waited for: the socket blocks.
    const sent = this.#libc.symbols.sendmmsg(this.#socket, messages, count, 0);
    if (sent <= 0) throw new Error("sendmmsg failed");
    this.#next = (this.#next + sent) % this.#count;
    return sent;
  }

  #arrange(frames: readonly Uint8Array[]): void {
    const data = addressOf(this.#frames);
    const vectors = addressOf(new Uint8Array(this.#vectors.buffer));
    const view = new DataView(this.#messages.buffer);
    let offset = 0;
    for (const [index, frame] of frames.entries()) {
      this.#frames.set(frame, offset);
      this.#vectors[2 * index] = data + BigInt(offset);
      this.#vectors[2 * index + 1] = BigInt(frame.length);
      // struct msghdr: name, its length, vectors, their number, and what is not used.
      view.setBigUint64(index * MESSAGE_SIZE + 16, vectors + BigInt(index * IOVEC_SIZE), true);
      view.setBigUint64(index * MESSAGE_SIZE + 24, 1n, true);
      offset += frame.length;
    }
  }

  #open(device: string): number {
    const { socket, bind, setsockopt, if_nametoindex } = this.#libc.symbols;
    const index = if_nametoindex(new TextEncoder().encode(`${device}\0`));
    // Protocol 0: the socket receives nothing.
    const descriptor = socket(AF_PACKET, SOCK_RAW, 0);
    const address = new DataView(new ArrayBuffer(SOCKADDR_SIZE));
    address.setUint16(0, AF_PACKET, true);
    address.setInt32(4, index, true);
    const bytes = new Uint8Array(address.buffer);
    if (descriptor < 0 || bind(descriptor, bytes, SOCKADDR_SIZE) !== 0) {
      throw new Error(`cannot send frames through ${device}`);
    }
    const set = (level: number, option: number, value: number) =>
      setsockopt(descriptor, level, option, new Uint8Array(new Int32Array([value]).buffer), 4);
    set(SOL_SOCKET, SO_SNDBUF, 4 * 1024 * 1024);
    set(SOL_PACKET, PACKET_QDISC_BYPASS, 1);
    return descriptor;
  }
}

function addressOf(bytes: Uint8Array<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}
