/** Tells systemd how a service is (sd_notify(3)). */
import { C_LIBRARY, openLibrary } from "./library.ts";

/** sys/socket.h of Linux. */
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** sys/un.h: family, then the path, without a NUL where it is as long as it can be. */
const MAX_PATH = 108;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The socket that systemd listens at. */
export class NotifySocket implements Disposable {
  readonly #libc: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly #descriptor: number;
  readonly #address: Uint8Array<ArrayBuffer>;

  private constructor(path: string) {
    this.#libc = openLibrary(C_LIBRARY, SYMBOLS);
    this.#descriptor = this.#libc.symbols.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    // A name that begins with @ is in the abstract namespace, where it begins with NUL.
    const name = new TextEncoder().encode(path.replace(/^@/, "\0"));
    this.#address = new Uint8Array(2 + name.length + (path.startsWith("@") ? 0 : 1));
    new DataView(this.#address.buffer).setUint16(0, AF_UNIX, true);
    this.#address.set(name, 2);
  }

  /** At `path`, the value of NOTIFY_SOCKET; undefined where nobody listens. */
  static open(path: string | undefined): NotifySocket | undefined {
    if (Deno.build.os !== "linux" || path === undefined) return undefined;
    if (!/^[/@]./.test(path) || path.length >= MAX_PATH) return undefined;
    return new NotifySocket(path);
  }

  /** Sends `READY=1` and the like. What does not get through is not worth an error. */
  send(...assignments: readonly string[]): void {
    if (this.#descriptor < 0) return;
    const message = new TextEncoder().encode(assignments.join("\n"));
    this.#libc.symbols.sendto(
      this.#descriptor,
      message,
      BigInt(message.length),
      MSG_DONTWAIT | MSG_NOSIGNAL,
      this.#address,
      this.#address.length,
    );
  }

  [Symbol.dispose](): void {
    if (this.#descriptor >= 0) this.#libc.symbols.close(this.#descriptor);
    this.#libc.close();
  }
}
