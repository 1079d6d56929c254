/** Lines of a log that something else writes, across its rotations. */
import { resolve } from "node:path";
import { type LogCursor, parseLogCursor } from "../log/cursor.ts";
import type { LogChunk, LogNotice } from "../log/item.ts";
import { forEachLine } from "../log/lines.ts";
import { readLog, type ReadLogOptions } from "../log/read_log.ts";
import { decodeLine } from "./line_text.ts";
import type { Origin, Source, SourceBatch, SourceContext, SourceLine } from "./source.ts";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };

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

  async #lines(chunk: LogChunk, { lines }: SourceContext): Promise<void> {
    // Before the lines: the chunk is valid until the next is asked for, and they are written meanwhile.
    const position = chunk.cursorAt(chunk.end);
    const found: SourceLine[] = [];
    forEachLine(chunk.bytes, chunk.end, (start, stop) => {
      found.push(sourceLine(chunk.bytes.subarray(start, stop), position, chunk.offset + start));
    });
    await lines(this.#batch(found, position));
  }

  async #notice(item: LogNotice, context: SourceContext): Promise<void> {
    const { message } = context;
    const about = { key: this.#key, origin: NOBODY };
    switch (item.kind) {
      case "caught_up":
        // So that a file that was empty is read from its start the next time, whatever becomes of it.
        return await context.lines(this.#batch([], item.cursor));
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

  #batch(lines: readonly SourceLine[], position: LogCursor): SourceBatch {
    return { key: this.#key, origin: NOBODY, lines, position };
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

function sourceLine(bytes: Uint8Array, { dev, ino }: LogCursor, offset: number): SourceLine {
  const stop = bytes.at(-1) === 0x0d ? bytes.length - 1 : bytes.length;
  // Offsets come again in the next file.
  const place = `${dev}:${ino}:${offset}`;
  return { text: decodeLine(bytes.subarray(0, stop)), time: undefined, place };
}
