/** The log that a verb appends its events to. */
import { LogPair } from "../lib/event/log_pair.ts";
import type { OutputFlags } from "./common_flags.ts";
import { UserError } from "./exit_code.ts";

/** Base path of the log pair: `--out`, else DECNET's variable; undefined where neither names one. */
export function logBase({ out }: { readonly out?: string | undefined }): string | undefined {
  return out ?? (Deno.env.get("DECNET_INGEST_LOG_FILE") || undefined);
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
