/** Runs `decnet tail`. */
import type { Logger } from "@logtape/logtape";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { BEGINNING } from "../lib/log/cursor.ts";
import type { LogNotice } from "../lib/log/item.ts";
import { mergeLogs } from "../lib/tail/merge.ts";
import type { TailCounts } from "../lib/tail/tail_source.ts";
import type { AppContext } from "./context.ts";
import { UserError } from "./exit_code.ts";
import { openSystemd, reportsOverNetwork, startHealth } from "./health.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import { SignalWatch } from "./signals.ts";
import { startTracing } from "./start_tracing.ts";
import { openCursors } from "./tail_cursors.ts";
import type { TailFlags } from "./tail_flags.ts";
import { TailNotices } from "./tail_notices.ts";
import { tailSettings } from "./tail_settings.ts";
import { openSink } from "./tail_sink.ts";
import { isResumable, openTailLog } from "./tail_sources.ts";

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
  const counts: TailCounts = { lines: 0, foreign: 0 };
  const systemd = settings.follow ? await openSystemd() : undefined;
  const tally = systemd === undefined && !reportsOverNetwork(flags)
    ? undefined
    : new (await import("./tail_tally.ts")).TailTally(counts);
  const sink = await openSink(flags, {
    ...{ follow: settings.follow, cursors, messages, signal: signals.signal, tally },
    tracing: await startTracing(),
  });
  using _watch = await watchReader(settings.follow && flags.to === undefined, () => signals.stop());
  if (cursors === undefined) dropPermissions("write");
  const usesNetwork = flags.to !== undefined || settings.files.some(isBusAddress);
  if (!usesNetwork && !reportsOverNetwork(flags)) dropPermissions("net");
  dropPermissions("ffi");

  const sensor = flags.sensor ?? Deno.hostname();
  const context = {
    sensor,
    cursors: cursors?.stored ?? new Map(),
    counts,
    signal: signals.signal,
    onPending: tally && ((name: string, events: number) => tally.waiting(name, events)),
  };
  const logs = settings.files.map((file) => openTailLog(file, settings, context));
  for (const [index, file] of settings.files.entries()) {
    const { name } = logs[index]!;
    const isFile = !isBusAddress(file) && isResumable(file);
    const begin = settings.begin.at === "start" ? BEGINNING : undefined;
    tally?.add(name, isFile ? file : undefined, cursors?.stored.get(name) ?? begin);
  }
  await using _health = tally && await startHealth({
    ...{ verb: "tail", sensor, flags, systemd, messages },
    numbers: () => tally.numbers(),
    status: () => tally.status(),
    stop: () => signals.stop(),
    reload: undefined,
  });
  const failed = Promise.withResolvers<never>();
  const ticker = flags.every === undefined
    ? undefined
    : setInterval(() => sink.tick().catch(failed.reject), flags.every);
  const work = (async () => {
    const onNotice = (name: string, notice: LogNotice) => {
      notices.tell(name, notice);
      if (notice.kind === "caught_up") sink.reached(name, notice.cursor).catch(failed.reject);
    };
    for await (const merged of mergeLogs(logs, onNotice)) {
      tally?.read(merged.events.length);
      if (!await sink.take(merged) || signals.signal.aborted) break;
    }
    await sink.end();
  })();
  await Promise.race([work, failed.promise, graceAfter(signals.signal)]);
  clearInterval(ticker);
  const isKept = cursors?.end() ?? true;
  tellForeign(counts, messages);
  if (notices.hasFailed) throw new UserError("not every log could be read");
  if (!isKept) throw new UserError(`${flags.cursor} is not up to date`, "make room for it");
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
