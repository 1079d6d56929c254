/** Runs `decnet tail`. */
import type { Logger } from "@logtape/logtape";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import type { LogNotice } from "../lib/log/item.ts";
import { mergeLogs } from "../lib/tail/merge.ts";
import type { TailCounts } from "../lib/tail/tail_source.ts";
import type { AppContext } from "./context.ts";
import { UserError } from "./exit_code.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import { SignalWatch } from "./signals.ts";
import { openCursors } from "./tail_cursors.ts";
import type { TailFlags } from "./tail_flags.ts";
import { TailNotices } from "./tail_notices.ts";
import { tailSettings } from "./tail_settings.ts";
import { openSink } from "./tail_sink.ts";
import { openTailLog } from "./tail_sources.ts";

/** Descriptor of standard output. */
const STDOUT = 1;

/** Milliseconds between looks whether anybody still reads standard output. */
const READER_LOOK_MS = 200;

/** Milliseconds that work in progress gets when it is to end. */
const GRACE_MS = 3000;

/** The command: reads logs, shows or sends what is wanted, sets the exit code. */
export async function runTailCommand(
  this: AppContext,
  flags: TailFlags,
  ...files: string[]
): Promise<void> {
  dropPermissions("run", "import");
  using signals = new SignalWatch();
  const messages = startMessages({
    verb: "tail",
    quiet: flags.quiet,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => this.process.stderr.write(text),
  });
  const settings = tailSettings(flags, files);
  const notices = new TailNotices(messages, settings.follow);
  using cursors = openCursors(flags.cursor, settings.files, messages);
  const sink = await openSink(flags, cursors, messages, signals.signal);
  using _watch = await watchReader(settings.follow && flags.to === undefined, () => signals.stop());
  if (cursors === undefined) dropPermissions("write");
  if (flags.to === undefined && !settings.files.some(isBusAddress)) dropPermissions("net");
  dropPermissions("ffi");

  const counts: TailCounts = { lines: 0, foreign: 0 };
  const context = {
    sensor: flags.sensor ?? Deno.hostname(),
    cursors: cursors?.stored ?? new Map(),
    counts,
    signal: signals.signal,
  };
  const logs = settings.files.map((file) => openTailLog(file, settings, context));
  const ticker = flags.every === undefined
    ? undefined
    : setInterval(() => sink.tick(), flags.every);
  const failed = Promise.withResolvers<never>();
  const work = (async () => {
    const onNotice = (name: string, notice: LogNotice) => {
      notices.tell(name, notice);
      if (notice.kind === "caught_up") sink.reached(name, notice.cursor).catch(failed.reject);
    };
    for await (const merged of mergeLogs(logs, onNotice)) {
      if (!await sink.take(merged) || signals.signal.aborted) break;
    }
    await sink.end();
  })();
  await Promise.race([work, failed.promise, graceAfter(signals.signal)]);
  clearInterval(ticker);
  cursors?.end();
  tellForeign(counts, messages);
  if (notices.hasFailed) throw new UserError("not every log could be read");
  if (!settings.follow && signals.exitCode !== undefined) this.process.exitCode = signals.exitCode;
}

/** Calls `onGone` when the reader of standard output has gone, though there is nothing to be written. */
async function watchReader(follow: boolean, onGone: () => void): Promise<Disposable | undefined> {
  if (!follow || Deno.stdout.isTerminal() || Deno.build.os === "windows") return undefined;
  try {
    const { pipeWatcher } = await import("../ffi/reader_gone.ts");
    const isGone = pipeWatcher(STDOUT);
    const timer = setInterval(() => isGone() && onGone(), READER_LOOK_MS);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  } catch {
    // Without the C library it is noticed with the next event.
    return undefined;
  }
}

/** Resolves a while after `signal`: what does not end by then, such as a write that nobody reads, is left. */
function graceAfter(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wait = () => setTimeout(resolve, GRACE_MS);
    if (signal.aborted) wait();
    else signal.addEventListener("abort", wait, { once: true });
  });
}

function tellForeign({ lines, foreign }: TailCounts, messages: Logger): void {
  if (foreign === 0) return;
  messages.warn("{foreign} of {lines} lines are no events", { foreign, lines });
}
