/** Lines of a log that something else writes, across its rotations. */
import { resolve } from "node:path";
import { parseLogCursor } from "../log/cursor.ts";
import type { LogLines, LogNotice } from "../log/item.ts";
import { LF, wholeLinesEnd } from "../log/lines.ts";
import { readLog, type ReadLogOptions } from "../log/read_log.ts";
import { ChunkBatch } from "./line_chunk.ts";
import { decodeLine } from "./line_text.ts";
import type { Origin, Source, SourceContext } from "./source.ts";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };

/** Bytes that are handed over at a time: what is made of more does not stay in the cache until it is written. */
const PIECE_SIZE = 64 * 1024;

/** How a file is read. */
export interface FileSourceOptions extends Pick<ReadLogOptions, "files" | "timing" | "settle"> {
  readonly path: string;
  /** Bytes of a line that are kept. */
  readonly maxLine: number;
}

/** Follows one log. */
export class FileSource implements Source {
  readonly #options: FileSourceOptions;
  readonly #key: string;

  constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#key = `file/${resolve(options.path)}`;
  }

  async run(context: SourceContext): Promise<void> {
    const { path, ...options } = this.#options;
    const cursor = parseLogCursor(await context.resume(this.#key));
    const start = cursor === undefined
      ? { at: "start", rotated: false } as const
      : { at: "cursor", cursor } as const;
    const { signal } = context;
    for await (const item of readLog(path, { ...options, start, follow: true, signal })) {
      if (item.kind === "chunk") await this.#lines(item, context);
      else await this.#notice(item, context);
    }
  }

  async #lines(chunk: LogLines, { lines }: SourceContext): Promise<void> {
    const { bytes, end, offset } = chunk;
    for (let start = 0; start < end;) {
      const stop = pieceEnd(bytes, start, end);
      const position = chunk.cursorAt(stop);
      // Offsets come again in the next file.
      const place = `${position.dev}:${position.ino}:`;
      const piece = { bytes, start, end: stop, offset, place, maxLine: Infinity };
      await lines(new ChunkBatch(this.#key, NOBODY, piece, position));
      start = stop;
    }
  }

  async #notice(item: LogNotice, context: SourceContext): Promise<void> {
    const { message } = context;
    const about = { key: this.#key, origin: NOBODY };
    switch (item.kind) {
      case "caught_up":
        // So that a file that was empty is read from its start the next time, whatever becomes of it.
        return await context.lines({ ...about, lines: [], position: item.cursor });
      case "missing":
        return message("warn", `${item.path} is not there; waits for it`);
      case "rotated":
      case "truncated":
        return message("info", `${item.path} was ${item.kind}`);
      case "restarted":
      case "gap": {
        const reason = item.kind === "gap" ? item.reason : "replaced";
        message("warn", `${item.path}: lines may be missing (${reason})`);
        return await context.notice({ ...about, kind: "gap", detail: { path: item.path, reason } });
      }
      case "skipped": {
        const { path, offset, bytes } = item;
        const start = this.#startOf(path, offset);
        message("warn", `${path}: ${bytes} bytes from ${offset} on are no line`);
        const detail = { path, reason: "skipped", offset, bytes, ...start };
        return await context.notice({ ...about, kind: "gap", detail });
      }
      case "error":
        if (item.isFinal) throw new Error(item.error.message);
        return message("error", `${item.error.message}; tries again`);
    }
  }

  /** How a line starts that is too long, as far as that can still be read. */
  #startOf(path: string, offset: number): { readonly start?: string } {
    try {
      using file = Deno.openSync(path);
      file.seekSync(offset, Deno.SeekMode.Start);
      const bytes = new Uint8Array(this.#options.maxLine);
      const length = file.readSync(bytes) ?? 0;
      const text = decodeLine(bytes.subarray(0, length));
      return text.startsWith("\0") ? {} : { start: text.split("\n", 1)[0]! };
    } catch {
      return {};
    }
  }
}

/** Index behind the last line of a piece from `start` on, which is longer only where its first line is. */
function pieceEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= PIECE_SIZE) return end;
  const stop = wholeLinesEnd(bytes, start + PIECE_SIZE);
  return stop > start ? stop : bytes.indexOf(LF, start) + 1;
}
