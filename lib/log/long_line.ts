/** Finds where a line ends that is too long to be kept. */
import { LF } from "./lines.ts";
import { firstNonNul } from "./signature.ts";

/** Follows one line over pieces of any size. */
export class LongLine {
  /** What the line consists of so far. NULs only: a hole that a writer left, with a line behind it. */
  #content: "nothing" | "nuls" | "text" = "nothing";

  /** The index in `bytes`, which are the next of the line, at which the next line starts, or -1. */
  nextLine(bytes: Uint8Array): number {
    if (this.#content !== "text") {
      const text = firstNonNul(bytes);
      if (text > 0) this.#content = "nuls";
      if (text === bytes.length) return -1;
      if (this.#content === "nuls") return bytes[text] === LF ? text + 1 : text;
      this.#content = "text";
    }
    return bytes.indexOf(LF) + 1 || -1;
  }
}
