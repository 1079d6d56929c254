/** Runs `decnet collect`. */
import { NOTHING_STORED, type StoredCheckpoints } from "../lib/collect/checkpoint_store.ts";
import { REAL_CLOCK } from "../lib/collect/collect_clock.ts";
import { Collector } from "../lib/collect/collector.ts";
import { HeldBack } from "../lib/collect/held_back.ts";
import { Ledger } from "../lib/collect/ledger.ts";
import { Limiter } from "../lib/collect/limiter.ts";
import { type OutputEnds, PairOutput } from "../lib/collect/output.ts";
import { recover } from "../lib/collect/recovery.ts";
import { rotateFiles } from "../lib/collect/rotate.ts";
import type { SourceContext } from "../lib/collect/source.ts";
import { type CollectCounters, freshCounters } from "../lib/collect/stats.ts";
import { logPaths } from "../lib/event/log_pair.ts";
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import type { CollectFlags } from "./collect_flags.ts";
import { EventPrinter } from "./collect_output.ts";
import { checkOutput, collectStatePath, droppedApps, limitSettings } from "./collect_settings.ts";
import { type CollectSources, collectSources } from "./collect_sources.ts";
import { type CollectState, lockOutput, openCollectState } from "./collect_state.ts";
import { collectHealth, collectLine, collectSummary } from "./collect_view.ts";
import type { AppContext } from "./context.ts";
import { UserError } from "./exit_code.ts";
import { openSystemd, reportsOverNetwork, startHealth } from "./health.ts";
import { logBase } from "./log_output.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import { Screen } from "./screen.ts";
import { SignalWatch } from "./signals.ts";
import { startTracing } from "./start_tracing.ts";

const MICROS_PER_MILLI = 1000;

const STATISTICS_MS = 1000;

/** The command: takes lines to the output until there are no more, sets the exit code. */
export async function runCollectCommand(
  this: AppContext,
  flags: CollectFlags,
  ...words: string[]
): Promise<void> {
  using signals = new SignalWatch();
  // Before there are files: either signal would end us.
  let reopen = () => {};
  signals.onHangup(() => reopen());
  const screen = new Screen(this, flags);
  const messages = startMessages({
    verb: "collect",
    // Counts that were asked for are no summary that nobody asked for.
    quiet: flags.quiet && !flags.stats,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => screen.message(text),
  });
  const message: SourceContext["message"] = (level, text) => messages[level]("{text}", { text });
  const found = await collectSources(flags, words, message);
  const limit = limitSettings(flags, messages);
  const held = new HeldBack();
  const counters = freshCounters();
  const base = logBase(flags);
  if (base !== undefined) checkOutput(flags, base);

  await using place = base === undefined
    ? undefined
    : await openPlace(base, flags, found, held, message, messages);
  const output = place?.output ?? new EventPrinter(
    new StdoutSink({ onClosed: () => signals.stop() }),
    (write) => screen.above(write),
  );
  reopen = () => place?.output.close();

  const sensor = flags.sensor ?? Deno.hostname();
  const collector = new Collector({
    sensor,
    limiter: new Limiter({ window: limit.window * MICROS_PER_MILLI, types: limit.types }),
    window: limit.window,
    held,
    counters,
    dropApps: droppedApps(flags),
    guessIp: flags.guessIp,
    zoneOffset: -new Date().getTimezoneOffset(),
    output,
    ledger: place?.ledger,
    back: place?.back,
    sdId: flags.sdId,
    onCommitted: (ends) => place?.rotate(ends),
    message,
    clock: REAL_CLOCK,
    spans: await commitSpans(counters),
  });
  const state = () => ({ streams: collector.streams.size, lag: collector.lag });
  await using _health = await startHealth({
    verb: "collect",
    sensor,
    flags,
    systemd: await openSystemd(),
    messages,
    numbers: () => collectHealth(counters, state()),
    status: () => collectSummary(counters),
    stop: () => signals.stop(),
    reload: place && (() => reopen()),
  });
  dropPermissions("run", "ffi", "sys", "import");
  if (!found.network && !reportsOverNetwork(flags)) dropPermissions("net", "env");

  if (flags.stats) showStatistics(screen, counters, collector, (text) => message("info", text));
  let isWell: boolean;
  try {
    isWell = await collector.run(found.sources, signals.signal);
  } finally {
    screen.end();
  }
  messages.info("{summary}", { summary: collectSummary(counters), ...counters });
  if (!isWell) throw new UserError("not everything could be collected, see above");
  // Without such a source there is an end that was not waited for.
  if (!found.endless && signals.exitCode !== undefined) this.process.exitCode = signals.exitCode;
}

/** Spans of commits, where work is traced. */
async function commitSpans(counters: CollectCounters) {
  const tracing = await startTracing();
  if (tracing === undefined) return undefined;
  const { CommitSpans } = await import("../lib/collect/commit_spans.ts");
  return new CommitSpans(tracing, counters);
}

/** Where lines go that are kept, and what is known of those that are there. */
async function openPlace(
  base: string,
  flags: CollectFlags,
  { resume }: CollectSources,
  held: HeldBack,
  message: SourceContext["message"],
  messages: ReturnType<typeof startMessages>,
) {
  const output = new PairOutput(base);
  try {
    output.open();
  } catch (error) {
    throw new UserError((error as Error).message, "--out BASE for another place");
  }
  const lock = await lockOutput(base);
  const path = collectStatePath(flags);
  const state = path === undefined ? undefined : openCollectState(path, base, messages);
  const stored = state === undefined ? NOTHING_STORED : await loadState(state);
  const { checkpoint, back } = await recover({
    ...{ base, stored, message },
    resumes: resume && state !== undefined,
  });
  const ledger = state && new Ledger({ base, store: state.store, held, checkpoint });
  const paths = logPaths(base);
  const rotate = ({ log, json }: OutputEnds) => {
    if (flags.maxSize === undefined || Math.max(log.size, json.size) < flags.maxSize) return;
    for (const { error } of rotateFiles([paths.log, paths.json], flags.keep)) {
      message("error", `cannot rotate: ${error.message}`);
    }
  };
  return {
    ...{ output, ledger, back, rotate },
    [Symbol.asyncDispose]: () => {
      output.close();
      state?.[Symbol.dispose]();
      lock[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

async function loadState({ store }: CollectState): Promise<StoredCheckpoints> {
  try {
    return await store.load();
  } catch (error) {
    throw new UserError((error as Error).message, "--state PATH for another place");
  }
}

/** Tells counts each second: in one line on a terminal, elsewhere as messages. */
function showStatistics(
  screen: Screen,
  counters: CollectCounters,
  collector: Collector,
  tell: (text: string) => void,
): void {
  let before = { ...counters };
  let time = performance.now();
  const line = () => {
    const now = performance.now();
    const { streams: { size: streams }, lag } = collector;
    const text = collectLine(counters, before, (now - time) / 1000, { streams, lag });
    before = { ...counters };
    time = now;
    return text;
  };
  if (screen.hasLine) screen.progress(line, STATISTICS_MS);
  else Deno.unrefTimer(setInterval(() => tell(line()), STATISTICS_MS));
}
