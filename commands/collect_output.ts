/** Events on standard output, where `decnet collect` has no log to write. */
import { LineBuffer } from "../lib/collect/line_buffer.ts";
import type { Output } from "../lib/collect/output.ts";
import { parseJsonEvent } from "../lib/event/json.ts";
import type { StdoutSink } from "../lib/event/stdout_sink.ts";
import { eventLine } from "./event_line.ts";
import { stdoutStyle } from "./stdout_form.ts";

/** Prints events: JSON lines, and for eyes a line each. Lines that are no event are not shown. */
export class EventPrinter implements Output {
  readonly log = new LineBuffer();
  readonly json = new LineBuffer();
  readonly #stdout: StdoutSink;
  readonly #above: (write: () => void) => void;
  readonly #style = Deno.stdout.isTerminal() ? stdoutStyle() : undefined;

  /** @param above runs what writes to standard output, which may be the terminal of messages */
  constructor(stdout: StdoutSink, above: (write: () => void) => void) {
    this.#stdout = stdout;
    this.#above = above;
  }

  write(): void {
    this.log.drop(this.log.count);
    if (this.json.count === 0) return;
    const lines = this.json.text().split("\n").slice(0, -1);
    this.json.drop(this.json.count);
    const style = this.#style;
    const shown = style === undefined
      ? lines
      : lines.map((line) => eventLine(parseJsonEvent(line)!, style));
    this.#above(() => this.#stdout.append(shown));
  }
}
