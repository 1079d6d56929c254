/** Lines that may be wanted, out of very many that are not. */
import { forEachLine, LF } from "../log/lines.ts";
import { ByteSearch } from "./byte_search.ts";
import type { Needles } from "./needles.ts";

/** Finds the lines that hold one of some needles; without needles all lines. */
export class CandidateLines {
  readonly #searches: readonly ByteSearch[];
  /** Where each needle stands next; Infinity: not any more. */
  readonly #next: number[];

  constructor(needles: Needles) {
    const encoder = new TextEncoder();
    this.#searches = (needles ?? []).map((needle) => new ByteSearch(encoder.encode(needle)));
    this.#next = this.#searches.map(() => 0);
  }

  /** True when most lines are likely to be left out. */
  get isSparse(): boolean {
    return this.#searches.length > 0;
  }

  /** Calls `visit` with the start and the stop of each line among the first `end` bytes, which end with a newline. */
  forEach(bytes: Uint8Array, end: number, visit: (start: number, stop: number) => void): void {
    if (this.#searches.length === 0) {
      forEachLine(bytes, end, visit);
      return;
    }
    this.#next.fill(-1);
    for (let from = 0; from < end;) {
      const found = this.#nearest(bytes, from, end);
      if (found === Infinity) return;
      const start = found === 0 ? 0 : bytes.lastIndexOf(LF, found - 1) + 1;
      const stop = bytes.indexOf(LF, found);
      visit(start, stop);
      from = stop + 1;
    }
  }

  #nearest(bytes: Uint8Array, from: number, end: number): number {
    let nearest = Infinity;
    for (const [index, search] of this.#searches.entries()) {
      if (this.#next[index]! < from) {
        const found = search.find(bytes, from, end);
        this.#next[index] = found < 0 ? Infinity : found;
      }
      nearest = Math.min(nearest, this.#next[index]!);
    }
    return nearest;
  }
}
