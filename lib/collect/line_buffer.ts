/** Lines that wait to be written, in the pieces they were made of. */

/** Gathers lines. To join many small pieces at the end is far cheaper than to build each line. */
export class LineBuffer {
  /** The lines, each with its newline, in pieces of any length. */
  parts: string[] = [];
  /** Lines in {@linkcode LineBuffer.parts}; whoever adds pieces there counts them here. */
  count = 0;

  /** Adds a line, which holds no newline. */
  add(line: string): void {
    this.parts.push(line, "\n");
    this.count++;
  }

  /** All lines as one text; {@linkcode LineBuffer.drop} takes them out. */
  text(): string {
    const text = this.parts.join("");
    this.parts = [text];
    return text;
  }

  /** Takes out the first `count` lines. */
  drop(count: number): void {
    if (count >= this.count) {
      this.parts = [];
      this.count = 0;
      return;
    }
    const text = this.text();
    let start = 0;
    for (let index = 0; index < count; index++) start = text.indexOf("\n", start) + 1;
    this.parts = [text.slice(start)];
    this.count -= count;
  }
}
