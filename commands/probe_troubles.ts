/** What keeps a service from its work: told when it begins, not as long as it lasts. */

/** A trouble that comes and goes is told of no more often than that. */
const TELL_EVERY_MS = 10 * 60_000;

/** Remembers what has been told. */
export class Troubles {
  readonly #tell: (reason: string, about: string) => void;
  readonly #now: () => number;
  readonly #lasting = new Set<string>();
  readonly #toldAt = new Map<string, number>();

  /**
   * @param tell takes what is wrong, and with what
   * @param now milliseconds since some moment
   */
  constructor(
    tell: (reason: string, about: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#tell = tell;
    this.#now = now;
  }

  /** Something is wrong with `about`. */
  begin(about: string, reason: string): void {
    if (this.#lasting.has(about)) return;
    this.#lasting.add(about);
    const now = this.#now();
    if (now - (this.#toldAt.get(about) ?? -Infinity) < TELL_EVERY_MS) return;
    this.#toldAt.set(about, now);
    this.#tell(reason, about);
  }

  /** Nothing is wrong with `about` any more. */
  end(about: string): void {
    this.#lasting.delete(about);
  }
}
