/** `decnet profile`: reading logs, and telling what stands against that. */
import { resolve } from "node:path";
import type { Logger } from "@logtape/logtape";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { busLogName } from "../lib/bus/bus_log.ts";
import type { LogNotice } from "../lib/log/item.ts";
import { openCapture, STDIN_PATH } from "../lib/net/capture_source.ts";
import { addLines, Ingest, noLines } from "../lib/profile/ingest.ts";
import type { LineCounts, ProfileStore } from "../lib/profile/profile_store.ts";
import { UsageError } from "./exit_code.ts";
import { hubAddress } from "./hub_address.ts";

/** Lines of a log among which there should be an event. */
const LINES_TO_JUDGE_BY = 5;

/** The inputs of a run. */
export class ProfileReading {
  /** True when an input could not be read. */
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
    files: readonly string[],
    store: ProfileStore,
    messages: Logger,
    signal: AbortSignal,
  ) {
    if (files.filter((file) => file === STDIN_PATH).length > 1) {
      throw new UsageError("standard input can be read only once", "give - once");
    }
    this.#paths = [...new Set(files.map(nameOf))];
    this.#messages = messages;
    this.#ingest = new Ingest({
      store,
      signal,
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
    for (const path of this.#paths) {
      if (path === STDIN_PATH && !isFirst) continue;
      const counts = path === STDIN_PATH
        ? await this.#ingest.readStream(openCapture(STDIN_PATH))
        : await this.#ingest.readLog(path);
      addLines(this.total, counts);
      this.#judge(isBusAddress(path) ? busLogName(path) : path, counts);
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
    const reason = noticeText(notice);
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

/** One name for an input in every run. @throws {UsageError} */
function nameOf(file: string): string {
  if (!isBusAddress(file)) return file === STDIN_PATH ? file : resolve(file);
  hubAddress(file);
  return file;
}

/** What an operator should know of; undefined for what is as it should be. */
function noticeText(notice: LogNotice): string | undefined {
  switch (notice.kind) {
    case "missing":
      return "there is no such log";
    case "error":
      return `cannot be read: ${notice.error.message}`;
    case "gap":
      return `lines may be missing: ${notice.reason}`;
    case "skipped":
      return `${notice.bytes} bytes were left out`;
    case "restarted":
      return "the place where reading had stopped is gone; it starts anew";
    default:
      return undefined;
  }
}
