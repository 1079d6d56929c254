/** The log that a verb appends its events to. */
import { LogPair } from "../lib/event/log_pair.ts";
import type { OutputFlags } from "./common_flags.ts";
import { UsageError, UserError } from "./exit_code.ts";

/**
 * Base path of the log pair: `--out`, else DECNET's variable; undefined where neither names one.
 *
 * @throws {UsageError} for a folder: the files would be hidden ones, without a name before their ending
 */
export function logBase({ out }: { readonly out?: string | undefined }): string | undefined {
  const base = out ?? (Deno.env.get("DECNET_INGEST_LOG_FILE") || undefined);
  if (base?.endsWith("/")) {
    throw new UsageError(
      `${out === undefined ? "DECNET_INGEST_LOG_FILE" : "--out"}: ${base} names a folder, no files`,
      `${base}decnet for decnet.log and decnet.json in it`,
    );
  }
  return base;
}

/**
 * The log pair at {@linkcode logBase}; undefined where there is none.
 *
 * @param hint what helps when it cannot be opened
 * @throws {UserError} when it cannot be opened
 */
export function openLog(
  flags: OutputFlags,
  hint = "--out BASE for another place",
): (LogPair & Disposable) | undefined {
  const base = logBase(flags);
  if (base === undefined) return undefined;
  try {
    const log = new LogPair(base);
    log.open();
    return Object.assign(log, { [Symbol.dispose]: () => log.close() });
  } catch (error) {
    throw new UserError((error as Error).message, hint);
  }
}
