/** Prints profiles: for eyes, as JSON lines, in the forms of other systems, as a page. */
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { EXPORT_FORMATS } from "../lib/profile/export/formats.ts";
import { jsonText } from "../lib/profile/export/json_text.ts";
import type { ExportWriter } from "../lib/profile/export/options.ts";
import type { Profile } from "../lib/profile/profile.ts";
import { type DossierOptions, writeDossier } from "../lib/profile/view/dossier.ts";
import { writePage } from "../lib/profile/view/page.ts";
import { PageContents } from "../lib/profile/view/page_contents.ts";
import { writeProfileList } from "../lib/profile/view/profile_list.ts";
import { UserError } from "./exit_code.ts";
import type { ProfileFlags } from "./profile_flags.ts";
import { stdoutFormat, stdoutStyle } from "./stdout_form.ts";

/** Lines that are written at a time. */
const BATCH = 256;

/** Rows that are laid out together. */
const ROWS = 1000;

/** Writes text without adding newlines. */
const encoder = new TextEncoder();

/** A way to print profiles. */
interface ProfilePrinter {
  add(profiles: readonly Profile[]): void;
  /** Prints what waits. */
  end?(): void;
}

/** Standard output for profiles. */
export class ProfileOutput {
  readonly #stdout: StdoutSink;
  readonly #format: string | undefined;
  readonly #html: string | undefined;
  readonly #producer: string | undefined;

  constructor(stdout: StdoutSink, flags: ProfileFlags) {
    this.#stdout = stdout;
    this.#format = stdoutFormat(flags);
    this.#html = flags.html;
    this.#producer = flags.sensor;
  }

  /** True when a person is to read it. */
  get isForEyes(): boolean {
    return this.#format === undefined;
  }

  /**
   * Prints profiles.
   *
   * @param groups some at a time
   * @param whole true for a dossier of each, where a person reads; false for a line
   * @throws {UserError} when the page cannot be written
   */
  async print(groups: AsyncIterable<readonly Profile[]>, whole: boolean): Promise<void> {
    const printer = this.#printer(whole);
    const page = this.#html === undefined ? undefined : new PageContents();
    for await (const profiles of groups) {
      page?.add(profiles);
      if (!this.#stdout.closed) printer.add(profiles);
      else if (page === undefined) return;
    }
    printer.end?.();
    if (page !== undefined) writeFile(this.#html!, writePage(page));
  }

  /** Prints a document of nobody, where the form is one: no bytes at all are no document. */
  printNobody(): void {
    if (EXPORT_FORMATS.some(({ name }) => name === this.#format)) this.#printer(true).end?.();
  }

  /** Prints lines. */
  lines(lines: Iterable<string>): void {
    let batch: string[] = [];
    for (const line of lines) {
      if (batch.push(line) < BATCH) continue;
      this.#stdout.append(batch);
      batch = [];
      if (this.#stdout.closed) return;
    }
    this.#stdout.append(batch);
  }

  #printer(whole: boolean): ProfilePrinter {
    const format = EXPORT_FORMATS.find(({ name }) => name === this.#format);
    if (format !== undefined) {
      return this.#document(format.open({ producer: this.#producer }));
    }
    if (!this.isForEyes) return { add: (profiles) => this.lines(profiles.map(jsonText)) };
    const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 0;
    const options = { style: stdoutStyle(), width };
    return whole ? this.#dossiers(options) : this.#table(options);
  }

  #dossiers(options: DossierOptions): ProfilePrinter {
    let isFirst = true;
    return {
      add: (profiles) => {
        for (const profile of profiles) {
          this.#stdout.append([...isFirst ? [] : [""], ...writeDossier(profile, options)]);
          isFirst = false;
        }
      },
    };
  }

  #table(options: DossierOptions): ProfilePrinter {
    let rows: Profile[] = [];
    const end = () => {
      this.#stdout.append(writeProfileList(rows, options));
      rows = [];
    };
    return {
      end,
      add: (profiles) => {
        for (const profile of profiles) if (rows.push(profile) >= ROWS) end();
      },
    };
  }

  /** What is behind the last newline waits for the next piece. */
  #document(writer: ExportWriter): ProfilePrinter {
    let rest = writer.head;
    const write = (piece: string) => {
      const lines = (rest + piece).split("\n");
      rest = lines.pop()!;
      this.#stdout.append(lines);
    };
    return {
      add: (profiles) => {
        for (const profile of profiles) write(writer.add(profile));
      },
      end: () => {
        write(writer.end());
        if (rest !== "") this.#stdout.append([rest]);
      },
    };
  }
}

/** Writes a file anew, all or nothing. */
function writeFile(path: string, pieces: Iterable<string>): void {
  const part = `${path}.part`;
  try {
    using file = Deno.openSync(part, { write: true, create: true, truncate: true, mode: 0o640 });
    for (const piece of pieces) {
      let bytes = encoder.encode(piece);
      while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
    }
    Deno.renameSync(part, path);
  } catch (error) {
    throw new UserError(`--html ${path}: ${(error as Error).message}`);
  }
}
