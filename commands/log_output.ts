/** The log that a verb appends its events to. */
import { LogPair } from "../lib/event/log_pair.ts";
import type { OutputFlags } from "./common_flags.ts";
import { UserError } from "./exit_code.ts";

/**
 * The log pair of `--out`, or of DECNET's variable; undefined where neither names one.
 *
 * @throws {UserError} when it cannot be opened
 */
export function openLog({ out }: OutputFlags): (LogPair & Disposable) | undefined {
  const base = out ?? (Deno.env.get("DECNET_INGEST_LOG_FILE") || undefined);
  if (base === undefined) return undefined;
  try {
    const log = new LogPair(base);
    log.open();
    return Object.assign(log, { [Symbol.dispose]: () => log.close() });
  } catch (error) {
    throw new UserError((error as Error).message, "--out BASE for another place");
  }
}
