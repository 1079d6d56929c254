/** One line at the foot of a terminal that says how far long work has come. */

/** Where the line is drawn. */
export interface StatusTerminal {
  write(text: string): void;
  /** Width in columns; 0 when it is not known. */
  columns(): number;
}

/** Back to the first column, and erase to the end of the line (ECMA-48 8.3.41). */
const ERASE = "\r\x1b[K";

/** Redrawing more often than this is more than eyes can use. */
const REDRAW_MS = 100;

/** A line that is drawn over itself. Other output must {@linkcode StatusLine.clear} it first. */
export class StatusLine {
  readonly #terminal: StatusTerminal;
  readonly #now: () => number;
  #drawnAt = -Infinity;
  #visible = false;

  /** @param now a clock in milliseconds */
  constructor(terminal: StatusTerminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** Draws what `text` returns, unless the line was drawn a moment ago. */
  update(text: () => string): void {
    const now = this.#now();
    if (now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    const width = this.#terminal.columns();
    // The last column stays free: text in it would make some terminals wrap.
    this.#terminal.write(ERASE + (width > 1 ? text().slice(0, width - 1) : text()));
    this.#visible = true;
  }

  /** Takes the line off the terminal until the next update. */
  clear(): void {
    if (!this.#visible) return;
    this.#terminal.write(ERASE);
    this.#visible = false;
    this.#drawnAt = -Infinity;
  }
}
