/** The terminal, shared between results on stdout and messages and a line of progress on stderr. */
import { StatusLine } from "../lib/terminal/status_line.ts";
import type { MessageFlags } from "./common_flags.ts";
import type { AppContext } from "./context.ts";

/** Keeps what is written to the terminal apart from the line at its foot. */
export class Screen {
  readonly #stderr: AppContext["process"]["stderr"];
  /** Undefined where there is nobody to watch it. */
  readonly #status: StatusLine | undefined;
  #line = "";
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor({ process }: AppContext, { quiet, logFormat }: MessageFlags) {
    this.#stderr = process.stderr;
    const watched = Deno.stderr.isTerminal() && Deno.env.get("TERM") !== "dumb";
    if (watched && !quiet && logFormat === "text") {
      this.#status = new StatusLine({
        write: (text) => process.stderr.write(text),
        columns: () => Deno.consoleSize().columns,
      });
    }
  }

  /** True where a line of progress is shown. */
  get hasLine(): boolean {
    return this.#status !== undefined;
  }

  /** Draws `text` anew every so many milliseconds, where there is a line for it. */
  progress(text: () => string, millis: number): void {
    if (this.#status === undefined) return;
    this.#ticker = setInterval(() => {
      this.#line = text();
      this.#draw();
    }, millis);
  }

  /** Writes a message to stderr. */
  message(text: string): void {
    this.above(() => this.#stderr.write(text));
  }

  /** Takes the line away while `write` writes to the terminal. */
  above(write: () => void): void {
    this.#status?.clear();
    write();
    this.#draw();
  }

  /** Takes the line away for good. */
  end(): void {
    clearInterval(this.#ticker);
    this.#line = "";
    this.#status?.clear();
  }

  #draw(): void {
    if (this.#line !== "") this.#status?.update(() => this.#line);
  }
}
