/** `decnet profile`: reading logs, and telling what stands against that. */
import { resolve } from "node:path";
import type { Logger } from "@logtape/logtape";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { busLogName } from "../lib/bus/stream_name.ts";
import type { LogNotice } from "../lib/log/item.ts";
import { openCapture, STDIN_PATH } from "../lib/net/capture_source.ts";
import { isPostgresAddress } from "../lib/postgres/postgres_address.ts";
import { addLines, Ingest, type IngestOptions, noLines } from "../lib/profile/ingest.ts";
import type { Partition } from "../lib/profile/partition.ts";
import type { LineCounts, ProfileStore } from "../lib/profile/profile_store.ts";
import { UsageError } from "./exit_code.ts";
import { hubAddress } from "./hub_address.ts";
import { logNoticeText } from "./log_notice_text.ts";

/** Lines of a log among which there should be an event. */
const LINES_TO_JUDGE_BY = 5;

/** The inputs of a run. */
export class ProfileReading {
  /** True when an input could not be read at the last look. */
  failed = false;
  /** Lines of all inputs so far, by what became of them. */
  readonly total: LineCounts = noLines();
  readonly #paths: readonly string[];
  readonly #messages: Logger;
  readonly #ingest: Ingest;
  /** What was told of an input last: with --watch it would be told again at each look. */
  readonly #told = new Map<string, string>();
  #lines = 0;

  constructor(
    inputs: readonly string[],
    store: ProfileStore,
    messages: Logger,
    signal: AbortSignal,
    partition?: Partition,
    watching: Pick<IngestOptions, "watchers" | "traced"> = {},
  ) {
    this.#paths = inputs;
    this.#messages = messages;
    this.#ingest = new Ingest({
      store,
      signal,
      partition,
      ...watching,
      onNotice: (path, notice) => this.#onNotice(path, notice),
      onProgress: (lines) => this.#lines = lines,
    });
  }

  /** `1,000,000 lines`, for a line of progress. */
  progress(): string {
    return `${this.#lines} lines read`;
  }

  /** Reads what is new in all inputs; standard input the first time only. @throws {StateError} */
  async readAll(isFirst: boolean): Promise<void> {
    this.failed = false;
    for (const path of this.#paths) {
      if (path === STDIN_PATH && !isFirst) continue;
      const counts = path === STDIN_PATH
        ? await this.#ingest.readStream(openCapture(STDIN_PATH))
        : await this.#ingest.readLog(path);
      addLines(this.total, counts);
      const name = isBusAddress(path) ? busLogName(path) : path;
      // What is wrong with it from now on is news again.
      if (counts.events > 0) this.#told.delete(name);
      this.#judge(name, counts);
    }
  }

  /** `12 events of 14 lines, 1 malformed`. */
  summary(): string {
    const { lines, events, malformed, no_attacker, own } = this.total;
    const parts: [count: number, text: string][] = [
      [malformed, "malformed"],
      [no_attacker, "about nobody"],
      [own, "our own"],
    ];
    return [
      `${events} events of ${lines} lines`,
      ...parts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`),
    ].join(", ");
  }

  #judge(path: string, { lines, events, malformed }: LineCounts): void {
    if (lines < LINES_TO_JUDGE_BY || events > 0 || malformed < lines) return;
    this.#tell(path, `none of ${lines} lines is an event: is this the .json file of a log?`);
  }

  #onNotice(path: string, notice: LogNotice): void {
    const reason = logNoticeText(notice, false);
    if (reason === undefined) return;
    if (notice.kind === "missing" || notice.kind === "error") this.failed = true;
    this.#tell(path, reason);
  }

  #tell(path: string, reason: string): void {
    if (this.#told.get(path) === reason) return;
    this.#told.set(path, reason);
    this.#messages.warn("{path}: {reason}", { path, reason });
  }
}

/** The inputs by the names that they have in every run, each once. @throws {UsageError} for what cannot be one */
export function inputNames(files: readonly string[]): string[] {
  if (files.filter((file) => file === STDIN_PATH).length > 1) {
    throw new UsageError("standard input can be read only once", "give - once");
  }
  return [...new Set(files.map(nameOf))];
}

function nameOf(file: string): string {
  if (isPostgresAddress(file)) throw new UsageError("a database is no log", "--db postgres://...");
  if (!isBusAddress(file)) return file === STDIN_PATH ? file : resolve(file);
  hubAddress(file);
  return file;
}
