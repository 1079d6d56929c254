/** `decnet collect` on a log of numbered lines: what it makes of them is checked by the numbers. */
import assert from "node:assert/strict";
import { logPaths } from "../../lib/event/log_pair.ts";
import type { DecnetOptions } from "./decnet.ts";
import { RunningDecnet } from "./running_decnet.ts";
import type { TempFolder } from "./temp_folder.ts";

/** Far beyond what any run may take. */
const HANGS_AFTER_MS = 180_000;

const POLL_MS = 10;

const NEWLINE = 0x0a;

/** Bytes of text that make lines long enough for many writes. */
const PADDING = "padding ".repeat(12);

/** The line with this number. */
export function numberedLine(number: number): string {
  const micros = String(number % 1_000_000).padStart(6, "0");
  const header = `<134>1 2026-05-03T05:12:51.${micros}Z decky ssh - login`;
  return `${header} [relay@55555 n="${number}" src_ip="192.0.2.1"] ${PADDING}`;
}

/** Lines with numbers from 0 on. */
export function numberedLines(count: number, first = 0): string {
  return Array.from({ length: count }, (_, index) => `${numberedLine(first + index)}\n`).join("");
}

/** A log to be collected, and its output. */
export class CollectFiles {
  readonly input: string;
  readonly base: string;
  readonly state: string;
  readonly #root: string;
  #count = 0;

  /** @param root goes before paths when the test looks at the files: another mount namespace's */
  constructor(folder: string, root = "") {
    this.input = `${folder}/in.log`;
    this.base = `${folder}/out/decnet`;
    this.state = `${folder}/state/decnet.db`;
    this.#root = root;
  }

  /** Lines that were put in. */
  get count(): number {
    return this.#count;
  }

  /** Arguments of a run that follows the log. */
  args(...others: string[]): string[] {
    return [
      ...["collect", "--file", this.input, "--out", this.base, "--state", this.state],
      ...["--sensor", "s", ...others],
    ];
  }

  /** Appends so many numbered lines to the log. */
  async put(count: number): Promise<void> {
    const lines = numberedLines(count, this.#count);
    await Deno.writeTextFile(this.#root + this.input, lines, { append: true });
    this.#count += count;
  }

  /** Text of `BASE.log` or `BASE.json` and their rotated files, the oldest first. */
  text(kind: "log" | "json"): string {
    const decoder = new TextDecoder();
    return this.#parts(kind).map((bytes) => decoder.decode(bytes)).reverse().join("");
  }

  /** The bytes of these files, the newest first. */
  #parts(kind: "log" | "json"): Uint8Array[] {
    const path = this.#root + logPaths(this.base)[kind];
    const parts: Uint8Array[] = [];
    for (let number = 0;; number++) {
      const part = readBytes(number === 0 ? path : `${path}.${number}`);
      if (part === undefined && number > 0) return parts;
      if (part !== undefined) parts.push(part);
    }
  }

  /** Waits until all lines are in both files, or the run is over. @throws {AssertionError} when it hangs */
  async collected(run?: RunningDecnet): Promise<void> {
    const giveUpAt = performance.now() + HANGS_AFTER_MS;
    let isOver = false;
    run?.over.then(() => isOver = true);
    while (!isOver && (this.#linesIn("log") < this.#count || this.#linesIn("json") < this.#count)) {
      assert.ok(performance.now() < giveUpAt, `not collected: ${run?.stderr.text}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Runs `decnet` until all lines are in both files, and ends it. @returns what it said */
  async run(args: readonly string[] = this.args(), options: DecnetOptions = {}): Promise<string> {
    await using run = new RunningDecnet(args, options);
    await this.collected(run);
    run.kill("SIGTERM");
    const { code, stderr } = await run.end();
    assert.equal(code, 0, stderr);
    return stderr;
  }

  /** Every line is there once, in its order, and every event. @param own types of other events */
  check(own: readonly string[] = []): void {
    const log = wholeLines(this.text("log"));
    const events = wholeLines(this.text("json")).map((line) => JSON.parse(line));
    const isOwn = (line: string) => line.split(" ")[2] === "decnet-collector";
    assert.deepEqual(
      log.filter((line) => !isOwn(line)).map((line) => Number(/ n="(\d+)"/.exec(line)?.[1])),
      Array.from({ length: this.#count }, (_, number) => number),
    );
    const lines = log.filter((line) => !isOwn(line));
    lines.forEach((line, number) => assert.equal(line, numberedLine(number)));
    const told = events.filter(({ decky }) => decky === "decky");
    assert.deepEqual(
      told.map(({ fields }) => Number(fields.n)),
      Array.from({ length: this.#count }, (_, number) => number),
    );
    assert.equal(new Set(events.map(({ event_id }) => event_id)).size, events.length);
    const others = new Set(
      events.filter(({ decky }) => decky !== "decky").map(({ event_type }) => event_type),
    );
    assert.deepEqual([...others].sort(), [...own].sort());
  }

  #linesIn(kind: "log" | "json"): number {
    let count = 0;
    for (const bytes of this.#parts(kind)) {
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
    }
    return count;
  }
}

/** The files of a folder of a test. */
export function collectFiles({ path }: TempFolder): CollectFiles {
  return new CollectFiles(path);
}

/** Lines of a text that must end in one. */
export function wholeLines(text: string): string[] {
  assert.ok(text === "" || text.endsWith("\n"), "the last line is torn");
  return text.split("\n").slice(0, -1);
}

function readBytes(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
