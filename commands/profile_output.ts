/** Prints profiles: for eyes, as JSON lines, in the forms of other systems, as a page. */
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { EXPORT_FORMATS } from "../lib/profile/export/formats.ts";
import { jsonText } from "../lib/profile/export/json_text.ts";
import type { Profile } from "../lib/profile/profile.ts";
import { writeDossier } from "../lib/profile/view/dossier.ts";
import { writePage } from "../lib/profile/view/page.ts";
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
   * Prints `profiles`.
   *
   * @param whole true for a dossier of each, where a person reads; false for a line
   * @throws {UserError} when the page cannot be written
   */
  print(profiles: Iterable<Profile>, whole: boolean): void {
    if (this.#html !== undefined) {
      const all = [...profiles];
      writeFile(this.#html, writePage(all));
      profiles = all;
    }
    const format = EXPORT_FORMATS.find(({ name }) => name === this.#format);
    if (format !== undefined) {
      this.#pieces(format.write(profiles, { producer: this.#producer }));
    } else if (this.isForEyes) this.#forEyes(profiles, whole);
    else this.lines(map(profiles, jsonText));
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

  #forEyes(profiles: Iterable<Profile>, whole: boolean): void {
    const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : 0;
    const options = { style: stdoutStyle(), width };
    if (whole) {
      let isFirst = true;
      for (const profile of profiles) {
        this.#stdout.append([...isFirst ? [] : [""], ...writeDossier(profile, options)]);
        isFirst = false;
      }
      return;
    }
    let rows: Profile[] = [];
    for (const profile of profiles) {
      if (rows.push(profile) < ROWS) continue;
      this.#stdout.append(writeProfileList(rows, options));
      rows = [];
    }
    this.#stdout.append(writeProfileList(rows, options));
  }

  /** A document in pieces; what is behind the last newline waits for the next piece. */
  #pieces(pieces: Iterable<string>): void {
    let rest = "";
    for (const piece of pieces) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop()!;
      this.#stdout.append(lines);
      if (this.#stdout.closed) return;
    }
    if (rest !== "") this.#stdout.append([rest]);
  }
}

function* map<T>(items: Iterable<T>, make: (item: T) => string): Generator<string> {
  for (const item of items) yield make(item);
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
