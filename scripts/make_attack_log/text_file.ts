/** Text to a file, in pieces that are worth a system call. */
import { writeAll } from "../../lib/event/write_all.ts";

/** Characters that are written at a time. */
const PIECE = 1 << 18;

/** A file that is made anew, or standard output for `-`. */
export class TextFile implements Disposable {
  readonly #file: { writeSync(bytes: Uint8Array): number; close(): void };
  readonly #bytes = new Uint8Array(PIECE * 4);
  readonly #encoder = new TextEncoder();
  #text = "";

  constructor(path: string) {
    this.#file = path === "-"
      ? Deno.stdout
      : Deno.openSync(path, { write: true, create: true, truncate: true });
  }

  /** Adds `text`. */
  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE) this.#flush();
  }

  [Symbol.dispose](): void {
    this.#flush();
    this.#file.close();
  }

  #flush(): void {
    let rest = this.#text;
    this.#text = "";
    while (rest !== "") {
      const { read, written } = this.#encoder.encodeInto(rest, this.#bytes);
      const { error } = writeAll(
        (part) => this.#file.writeSync(part),
        this.#bytes.subarray(0, written),
      );
      if (error !== undefined) throw error;
      rest = rest.slice(read);
    }
  }
}
