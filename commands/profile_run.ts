/** Runs `decnet profile`. */
import type { Logger } from "@logtape/logtape";
import type { Event } from "../lib/event/event.ts";
import { toJsonLine } from "../lib/event/json.ts";
import { logRecord } from "../lib/event/log_pair.ts";
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { isPostgresAddress } from "../lib/postgres/postgres_address.ts";
import { clustersOf } from "../lib/profile/clusters.ts";
import type { Patience } from "../lib/postgres/patient_session.ts";
import { tellNews } from "../lib/profile/profile_events.ts";
import type { ProfileStore } from "../lib/profile/profile_store.ts";
import { StateError } from "../lib/store/state_store.ts";
import { clusterLines } from "./profile_clusters.ts";
import type { AppContext } from "./context.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { openSystemd, reportsOverNetwork, startHealth } from "./health.ts";
import { openLog } from "./log_output.ts";
import { startMessages } from "./messages.ts";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { sleep } from "../lib/sleep.ts";
import { dropPermissions } from "./permissions.ts";
import type { ProfileFlags } from "./profile_flags.ts";
import { ProfileOutput } from "./profile_output.ts";
import { checkPartition, checkPartitionFlag, mergeParts } from "./profile_partition.ts";
import { ProfileQuery } from "./profile_query.ts";
import { checkQuestion, shownAddresses } from "./profile_question.ts";
import { inputNames, ProfileReading } from "./profile_reading.ts";
import { openProfileStore, readMmdbs, storeError } from "./profile_store.ts";
import { Screen } from "./screen.ts";
import { SignalWatch } from "./signals.ts";
import { startTracing } from "./start_tracing.ts";

/** The word that asks for attackers by name. A log of that name is `./show`. */
const SHOW = "show";

/** The word that makes one store of several. */
const MERGE = "merge";

const STDIN = "-";

/** How often the line of progress is drawn. */
const PROGRESS_MS = 250;

/** The command: reads what is new, prints what was asked for, sets the exit code. */
export async function runProfileCommand(
  this: AppContext,
  flags: ProfileFlags,
  ...words: string[]
): Promise<void> {
  dropPermissions("run", "import");
  const systemd = flags.watch ? await openSystemd() : undefined;
  dropPermissions("ffi");
  const isOffline = !flags.rdns && !words.some(isBusAddress) && !reportsOverNetwork(flags);
  if (isOffline && !isPostgresAddress(flags.db ?? "")) dropPermissions("net");
  using signals = new SignalWatch();
  const screen = new Screen(this, flags);
  const messages = startMessages({
    verb: "profile",
    quiet: flags.quiet,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => screen.message(text),
  });
  if (words[0] === MERGE) return mergeParts(flags, words.slice(1), messages);
  const wanted = words[0] === SHOW ? shownAddresses(words.slice(1)) : undefined;
  checkQuestion(flags, wanted !== undefined);
  const files = wanted === undefined ? words : [];
  if (flags.watch && files.every((file) => file === STDIN)) {
    throw new UsageError("--watch needs a log", "decnet profile FILE --watch");
  }
  if (!flags.watch && reportsOverNetwork(flags)) {
    throw new UsageError("--hub and --metrics are for a profiler that stays", "add --watch");
  }
  const mmdbs = await readMmdbs(flags);
  const inputs = inputNames(files);
  const reads = inputs.length > 0;
  checkPartitionFlag(flags.partition, reads);
  const stdinAlone = reads && files.every((file) => file === STDIN);
  const patience = flags.watch ? patienceOf(signals.signal, messages) : undefined;
  await using store = await openProfileStore(flags, { stdinAlone, reads, patience });
  // Who does not come back to it needs no more of the network than this connection.
  if (isOffline && !flags.watch) dropPermissions("net");
  if (reads) {
    await asUserError(flags, signals.signal, () => checkPartition(store, flags));
  }
  using log = reads ? openLog({ ...flags, raw: false, noJa4plus: false }) : undefined;
  if (log !== undefined) signals.onHangup(() => log.reopen());
  const stdout = new StdoutSink({ onClosed: () => signals.stop() });
  const output = new ProfileOutput(stdout, flags);
  const query = new ProfileQuery(store, mmdbs, flags, wanted);
  const sensor = flags.sensor ?? Deno.hostname();
  const tally = systemd === undefined && !reportsOverNetwork(flags)
    ? undefined
    : new (await import("./profile_tally.ts")).ProfileTally();
  const tracing = await startTracing();
  const spans = tracing &&
    new (await import("../lib/profile/ingest_spans.ts")).IngestSpans(tracing);
  const watchers = [tally, spans].filter((watcher) => watcher !== undefined);
  const reading = new ProfileReading(
    inputs,
    store,
    messages,
    signals.signal,
    flags.partition,
    { watchers, traced: tracing !== undefined },
  );
  const tell = (made: readonly Event[]) => {
    const events = tracing === undefined
      ? made
      : made.map((event) => tracing.mark(event, spans?.traceparent));
    log?.append(events.map((event) => logRecord(event, { sdId: flags.sdId })));
    if (flags.events) output.lines(events.map((event) => toJsonLine(event)));
  };

  await using _health = tally && await startHealth({
    ...{ verb: workerName(flags), sensor, flags, systemd, messages },
    numbers: () => tally.numbers(),
    status: () => tally.status(),
    stop: () => signals.stop(),
    reload: log && (() => log.reopen()),
  });

  for (let isFirst = true;; isFirst = false) {
    store.beginRun();
    spans?.beginRun();
    await asUserError(flags, signals.signal, async () => {
      screen.progress(() => reading.progress(), PROGRESS_MS);
      try {
        await reading.readAll(isFirst);
      } finally {
        screen.end();
      }
      if (log !== undefined || flags.events) await tellNews(store, sensor, tell);
      if (!flags.events) await print(flags, store, output, query, reads);
    }).catch((error) => {
      spans?.endRun((error as Error).message);
      throw error;
    });
    spans?.endRun();
    if (!flags.watch || signals.signal.aborted) break;
    await sleep(flags.interval, signals.signal);
    if (signals.signal.aborted) break;
  }
  if (reads) messages.info("{summary}", { summary: reading.summary() });
  // Who has read enough has not asked for the others.
  if (query.unknown.size > 0 && !stdout.closed) {
    const [first, ...others] = query.unknown;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    throw new UserError(
      `nothing is known of ${first}${more}`,
      "decnet profile --top 20 lists attackers",
    );
  }
  if (reading.failed) throw new UserError("not every log could be read");
  if (signals.exitCode !== undefined && !flags.watch) this.process.exitCode = signals.exitCode;
}

/** What reports call this worker: each part of several has a name of its own. */
function workerName({ partition }: ProfileFlags): string {
  return partition === undefined ? "profile" : `profile-${partition.part}-${partition.parts}`;
}

async function print(
  flags: ProfileFlags,
  store: ProfileStore,
  output: ProfileOutput,
  query: ProfileQuery,
  reads: boolean,
): Promise<void> {
  if (flags.cluster) {
    output.lines(clusterLines(await clustersOf(store), output.isForEyes));
    return;
  }
  const wanted = query.wanted(reads);
  if (wanted === undefined) {
    // At each look there would be another.
    if (!flags.watch) output.printNobody();
    return;
  }
  await query.resolveNames(wanted);
  await output.print(query.profiles(wanted), query.isShow);
}

/** Says on stderr, once each time, that the database went and that it is back. */
function patienceOf(signal: AbortSignal, messages: Logger): Patience {
  return {
    signal,
    onChange: (isThere, text) => {
      if (isThere) messages.info("{text} is back", { text });
      else messages.warn("{text}; waiting for it", { text });
    },
  };
}

async function asUserError(
  { db, watch }: ProfileFlags,
  signal: AbortSignal,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    // Stopped while it waited for the database: what was not stored is read again next time.
    if (watch && signal.aborted && error instanceof StateError) return;
    throw storeError(error, db);
  }
}
