/** The files of `--keylog`. */
import type { Logger } from "@logtape/logtape";
import { systemReason } from "../lib/system_error.ts";
import { latin1 } from "../lib/text/latin1.ts";
import { KeyLog, KeyLogText, MAX_CONNECTIONS, type TlsSecrets } from "../lib/tls/key_log.ts";
import { UsageError } from "./exit_code.ts";

const CHUNK = 64 * 1024;

/** Key logs that may grow while they are in use. They stay open: later nobody may open them any more. */
class GrowingKeyLog extends KeyLog {
  override readonly isLive = true;
  readonly #files: readonly OpenKeyLog[];

  constructor(paths: readonly string[]) {
    super();
    this.#files = paths.map((path) => new OpenKeyLog(path, this));
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
    for (const file of this.#files) file.read();
  }
}

/** A key log, as far as it was read. */
class OpenKeyLog {
  readonly #log: KeyLog;
  readonly #file: Deno.FsFile;
  readonly #buffer = new Uint8Array(CHUNK);
  #text: KeyLogText;
  #length = 0;

  /** @param log is given what the file holds @throws {UsageError} */
  constructor(path: string, log: KeyLog) {
    this.#log = log;
    this.#text = new KeyLogText(log);
    try {
      // To open a pipe would wait for its writer, and one cannot be asked for its end.
      if (!Deno.statSync(path).isFile) throw new Error("not a regular file");
      this.#file = Deno.openSync(path);
    } catch (error) {
      throw new UsageError(`--keylog: ${path}: ${systemReason(error)}`);
    }
  }

  /** Takes up what is new. */
  read(): void {
    // Not by its status: asking for that is no longer permitted once packets come.
    const size = this.#file.seekSync(0, Deno.SeekMode.End);
    if (size === this.#length) return;
    // Somebody began it anew.
    if (size < this.#length) {
      this.#length = 0;
      this.#text = new KeyLogText(this.#log);
    }
    this.#file.seekSync(this.#length, Deno.SeekMode.Start);
    for (let count = this.#next(); count > 0; count = this.#next()) {
      this.#text.add(latin1(this.#buffer, 0, count));
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
  if (isLive && paths.length > 0) return new GrowingKeyLog(paths);
  const keyLog = new KeyLog();
  for (const path of paths) new OpenKeyLog(path, keyLog).read();
  if (paths.length > 0 && !keyLog.knowsAny) {
    messages.warn("--keylog: no secrets in {paths}", { paths: paths.join(", ") });
  }
  if (keyLog.forgotten > 0) {
    messages.warn(
      "--keylog: {kept} connections are kept, the first {forgotten} are not; split the file",
      { kept: MAX_CONNECTIONS, forgotten: keyLog.forgotten },
    );
  }
  return keyLog;
}
