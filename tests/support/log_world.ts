/** A log with its writer and its rotator, and a model of all that was ever in its files. */
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { SeededRandom } from "./log_random.ts";

/** One file of the log, as the model has it. */
export interface ModelFile {
  /** All that was written to it, NULs of a hole included. */
  content: string;
  /** True once nobody finds it any more. */
  isGone: boolean;
  /** What its name has behind that of the log, without what a compressor adds; empty: the live one. */
  name: string;
  packed: "" | ".gz" | ".zst";
}

/** An open file, and what the model knows it as. */
interface OpenModelFile {
  readonly model: ModelFile;
  readonly handle: Deno.FsFile;
}

/** Bytes by which a reader knows a file. */
const HEAD_SIZE = 1024;

/** How many rotated files are kept. */
const KEPT = 4;

const encoder = new TextEncoder();

/** What happens to a log. Each step is made at once, on the disk and in the model. */
export class LogWorld {
  readonly path: string;
  readonly random: SeededRandom;
  /** All files that ever were, in the order of their lines. */
  readonly files: ModelFile[] = [];
  /** What has happened, for the message of a failure. */
  readonly history: string[] = [];
  readonly #onLoss: (content: string) => void;
  readonly #wrap: (line: string) => string;
  readonly #tellingStart: number;
  #number = 0;
  #writer: OpenModelFile | undefined;
  /** The rest of the line that the writer has begun. */
  #half = "";
  /** A line of a second writer that had looked at the name before it was renamed. */
  #late: OpenModelFile & { readonly line: string } | undefined;
  /** What the rotator has still to do. */
  #steps: (() => void)[] = [];

  /**
   * @param onLoss is told the content of files that are deleted
   * @param wrap makes of a line what is written
   * @param tellingStart characters by which each line differs from all others; no half line is shorter
   */
  constructor(
    folder: string,
    random: SeededRandom,
    onLoss: (content: string) => void,
    wrap: (line: string) => string = (line) => line,
    tellingStart = 7,
  ) {
    this.path = `${folder}/events.json`;
    this.random = random;
    this.#onLoss = onLoss;
    this.#wrap = wrap;
    this.#tellingStart = tellingStart;
  }

  /** One step by chance: of the writer, or of the rotator, who does one thing after the other. */
  change(): void {
    const { random } = this;
    if (this.#steps.length > 0 && random.chance(0.6)) this.#steps.shift()!();
    else if (this.#steps.length > 0 || random.chance(0.6)) this.#write();
    else this.#rotate();
  }

  /** What the second writer does while a reader waits for it. */
  settle(): void {
    const late = this.#late;
    if (late === undefined) return;
    this.#late = undefined;
    this.#note("late line");
    late.handle.writeSync(encoder.encode(late.line));
    late.handle.close();
    late.model.content += late.line;
  }

  /** Ends all that has begun; the last line is one of the live file. */
  finish(): void {
    while (this.#steps.length > 0) this.#steps.shift()!();
    this.settle();
    this.#restartWriter();
    this.#append();
    this.#closeWriter();
  }

  #write(): void {
    this.random.pick([
      ...Array(14).fill(() => this.#append()),
      ...Array(4).fill(() => this.#beginLine()),
      () => this.#takeBack(),
      () => this.#restartWriter(),
    ])();
  }

  #rotate(): void {
    this.settle();
    const live = this.#live;
    const plain = this.#rotated.filter(({ packed }) => packed === "");
    const actions = [
      ...plain.map((file) => () => this.#compress(file)),
      ...live === undefined ? [] : [
        ...Array(5).fill(() => this.#rename(live)),
        ...Array(3).fill(() => this.#copyTruncate(live)),
        () => this.#truncate(live),
        () => this.#remove(live),
      ],
    ];
    if (actions.length > 0) this.random.pick(actions)();
  }

  get #live(): ModelFile | undefined {
    return this.files.findLast(({ name, isGone }) => name === "" && !isGone);
  }

  get #rotated(): ModelFile[] {
    return this.files.filter(({ name, isGone }) => name !== "" && !isGone);
  }

  /** Whole lines; the first ends the half one. */
  #append(): void {
    const first = this.#number + 1;
    let text = this.#half;
    this.#half = "";
    for (let count = 1 + this.random.below(8); count > 0; count--) text += `${this.#line()}\n`;
    this.#note(`append ${first}-${this.#number}`);
    this.#writeText(text);
  }

  #beginLine(): void {
    if (this.#half !== "") return;
    const line = this.#line();
    const cut = this.#tellingStart + this.random.below(line.length - this.#tellingStart - 6);
    this.#note(`half of ${this.#number}`);
    this.#writeText(line.slice(0, cut));
    this.#half = `${line.slice(cut)}\n`;
  }

  /** The writer cuts off what it has written of a line; not while its file is copied. */
  #takeBack(): void {
    if (this.#half === "" || this.#steps.length > 0) return;
    const { model, handle } = this.#writer!;
    this.#note("take back");
    model.content = model.content.slice(0, model.content.lastIndexOf("\n") + 1);
    handle.truncateSync(model.content.length);
    this.#half = "";
  }

  /** A writer that starts ends a line that it finds unfinished. */
  #restartWriter(): void {
    this.#note("restart");
    this.#closeWriter();
    const content = this.#live?.content ?? "";
    if (content !== "" && !content.endsWith("\n")) this.#writeText("\n");
  }

  #closeWriter(): void {
    this.#writer?.handle.close();
    this.#writer = undefined;
    this.#half = "";
  }

  #rename(live: ModelFile): void {
    this.#shift();
    this.#steps.push(() => {
      const second = this.#half === "" && this.random.chance(0.3)
        ? Deno.openSync(this.path, { append: true })
        : undefined;
      this.#note("rename");
      Deno.renameSync(this.path, `${this.path}.1`);
      live.name = ".1";
      if (second !== undefined) {
        this.#late = { model: live, handle: second, line: `${this.#line()}\n` };
      }
    });
    if (this.random.chance(0.5)) this.#steps.push(() => this.#create());
    // The writer writes on to the old file until it is told to open the new one.
    this.#steps.push(() => this.#closeWriter());
  }

  #copyTruncate(live: ModelFile): void {
    const copyPath = `${this.path}.1`;
    let copied = 0;
    this.#shift();
    this.#steps.push(() => {
      this.#note("copy half");
      copied = this.random.below(live.content.length + 1);
      Deno.writeFileSync(copyPath, encoder.encode(live.content.slice(0, copied)));
    });
    this.#steps.push(() => {
      this.#note("copy");
      const rest = encoder.encode(live.content.slice(copied));
      copied = live.content.length;
      Deno.writeFileSync(copyPath, rest, { append: true });
      // A rotator that is not quick loses lines, and whoever has read them does not find his place
      // in the copy: then he knows the copy by its head, which begins behind a hole.
      const { length } = live.content.replace(/^\0+/, "");
      if (this.#half !== "" || length < HEAD_SIZE) this.#steps.shift()!();
    });
    this.#steps.push(() => {
      this.#note("truncate");
      Deno.truncateSync(this.path, 0);
      live.name = ".1";
      const missed = live.content.slice(copied);
      live.content = live.content.slice(0, copied);
      if (missed !== "") this.#lose(this.#newFile(missed));
      this.#continueIn(this.#newFile());
      if (this.random.chance(0.2)) this.#makeHole(copied);
    });
  }

  /** As a writer leaves it that does not append: NULs up to where it was. */
  #makeHole(size: number): void {
    Deno.truncateSync(this.path, size);
    this.#live!.content = "\0".repeat(size);
  }

  #truncate(live: ModelFile): void {
    this.#note("empty");
    Deno.truncateSync(this.path, 0);
    this.#lose(live);
    this.#continueIn(this.#newFile());
  }

  #remove(live: ModelFile): void {
    this.#note("remove");
    Deno.removeSync(this.path);
    this.#lose(live);
    this.#closeWriter();
  }

  #compress(file: ModelFile): void {
    const path = this.path + file.name;
    const bytes = Deno.readFileSync(path);
    const [suffix, packed] = this.random.chance(0.3)
      ? [".zst", zstdCompressSync(bytes)] as const
      : [".gz", gzipSync(bytes)] as const;
    this.#steps.push(() => {
      this.#note(`compress half of ${file.name}`);
      Deno.writeFileSync(path + suffix, packed.subarray(0, this.random.below(packed.length)));
    });
    this.#steps.push(() => {
      this.#note("compress");
      Deno.writeFileSync(path + suffix, packed);
    });
    this.#steps.push(() => {
      Deno.removeSync(path);
      file.packed = suffix;
    });
  }

  /** Makes room for a new `.1`, one file at a time. */
  #shift(): void {
    const oldestFirst = this.#rotated.sort((a, b) => numberOf(b) - numberOf(a));
    for (const file of oldestFirst) {
      this.#steps.push(() => {
        const path = this.path + file.name + file.packed;
        if (numberOf(file) >= KEPT) {
          this.#note(`drop ${file.name}`);
          Deno.removeSync(path);
          this.#lose(file);
          return;
        }
        file.name = `.${numberOf(file) + 1}`;
        this.#note(`shift to ${file.name}`);
        Deno.renameSync(path, this.path + file.name + file.packed);
      });
    }
  }

  #lose(file: ModelFile): void {
    file.isGone = true;
    this.#onLoss(file.content);
  }

  #create(): ModelFile {
    if (this.#live !== undefined) return this.#live;
    this.#note("create");
    Deno.writeFileSync(this.path, new Uint8Array(0));
    return this.#newFile();
  }

  #newFile(content = ""): ModelFile {
    const file: ModelFile = { content, isGone: false, name: "", packed: "" };
    this.files.push(file);
    return file;
  }

  /** The writer's file was emptied, and is another one to the model. */
  #continueIn(model: ModelFile): void {
    if (this.#writer !== undefined) this.#writer = { ...this.#writer, model };
  }

  #writeText(text: string): void {
    if (this.#writer === undefined) {
      const model = this.#create();
      this.#writer = { model, handle: Deno.openSync(this.path, { append: true }) };
    }
    this.#writer.handle.writeSync(encoder.encode(text));
    this.#writer.model.content += text;
  }

  /** Has its number at both ends, so that every part of a line tells whose it is. */
  #line(): string {
    const mark = String(++this.#number).padStart(6, "0");
    const isLong = this.random.chance(0.04);
    const length = isLong ? 300 + this.random.below(900) : this.random.below(90);
    return this.#wrap(`${mark}:${"x".repeat(length)}:${mark}`);
  }

  #note(what: string): void {
    this.history.push(what);
  }
}

function numberOf({ name }: ModelFile): number {
  return Number(name.slice(1));
}
