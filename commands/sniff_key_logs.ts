/** The files of `--keylog`. */
import type { Logger } from "@logtape/logtape";
import { systemReason } from "../lib/system_error.ts";
import { latin1 } from "../lib/text/latin1.ts";
import { KeyLog, type TlsSecrets } from "../lib/tls/key_log.ts";
import { UsageError } from "./exit_code.ts";

const CHUNK = 64 * 1024;

/** Key logs that may grow while they are in use. They stay open: later nobody may open them any more. */
class GrowingKeyLog extends KeyLog {
  override readonly isLive = true;
  readonly #files: readonly OpenKeyLog[];

  constructor(files: readonly OpenKeyLog[]) {
    super();
    this.#files = files;
    this.#read();
  }

  override get knowsAny(): boolean {
    return true;
  }

  override find(clientRandom: Uint8Array): TlsSecrets | undefined {
    this.#read();
    return super.find(clientRandom);
  }

  #read(): void {
    for (const file of this.#files) file.read((text) => this.add(text));
  }
}

/** A key log, as far as it was read. */
class OpenKeyLog {
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(CHUNK);
  #length = 0;

  /** @throws {Error} of the system */
  constructor(path: string) {
    // To open a pipe would wait for its writer, and one cannot be asked for its end.
    if (!Deno.statSync(path).isFile) throw new Error("not a regular file");
    this.#file = Deno.openSync(path);
  }

  /** Gives what is new. */
  read(onText: (text: string) => void): void {
    // Not by its status: asking for that is no longer permitted once packets come.
    const size = this.#file.seekSync(0, Deno.SeekMode.End);
    if (size === this.#length) return;
    // Somebody began it anew.
    if (size < this.#length) this.#length = 0;
    this.#file.seekSync(this.#length, Deno.SeekMode.Start);
    for (let count = this.#next(); count > 0; count = this.#next()) {
      onText(latin1(this.#buffer, 0, count));
    }
  }

  #next(): number {
    const count = this.#file.readSync(this.#buffer) ?? 0;
    this.#length += count;
    return count;
  }
}

/**
 * What the files of `--keylog` hold, to which captures may add.
 *
 * @param isLive whether they may grow while packets come
 * @throws {UsageError} for a file that cannot be read
 */
export function readKeyLogs(
  paths: readonly string[],
  isLive: boolean,
  messages: Logger,
): KeyLog {
  const keyLog = new KeyLog();
  if (paths.length === 0) return keyLog;
  const files = paths.map((path) => {
    try {
      return new OpenKeyLog(path);
    } catch (error) {
      throw new UsageError(`--keylog: ${path}: ${systemReason(error)}`);
    }
  });
  if (isLive) return new GrowingKeyLog(files);
  for (const file of files) file.read((text) => keyLog.add(text));
  keyLog.end();
  if (!keyLog.knowsAny) {
    messages.warn("--keylog: no secrets in {paths}", { paths: paths.join(", ") });
  }
  return keyLog;
}
