/** Runs `decnet profile`. */
import type { Event } from "../lib/event/event.ts";
import { toJsonLine } from "../lib/event/json.ts";
import { logRecord } from "../lib/event/log_pair.ts";
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { parseAddress } from "../lib/net/address.ts";
import { clustersOf } from "../lib/profile/clusters.ts";
import { tellNews } from "../lib/profile/profile_events.ts";
import type { ProfileStore } from "../lib/profile/profile_store.ts";
import { StateError } from "../lib/store/state_store.ts";
import { clusterLines } from "./profile_clusters.ts";
import type { AppContext } from "./context.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { openLog } from "./log_output.ts";
import { startMessages } from "./messages.ts";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { sleep } from "../lib/sleep.ts";
import { dropPermissions } from "./permissions.ts";
import type { ProfileFlags } from "./profile_flags.ts";
import { ProfileOutput } from "./profile_output.ts";
import { ProfileQuery } from "./profile_query.ts";
import { ProfileReading } from "./profile_reading.ts";
import { openProfileStore, readMmdbs } from "./profile_store.ts";
import { Screen } from "./screen.ts";
import { SignalWatch } from "./signals.ts";

/** The word that asks for attackers by name. A log of that name is `./show`. */
const SHOW = "show";

const STDIN = "-";

/** How often the line of progress is drawn. */
const PROGRESS_MS = 250;

/** The command: reads what is new, prints what was asked for, sets the exit code. */
export async function runProfileCommand(
  this: AppContext,
  flags: ProfileFlags,
  ...words: string[]
): Promise<void> {
  dropPermissions("run", "ffi", "import");
  if (!flags.rdns && !words.some(isBusAddress)) dropPermissions("net");
  using signals = new SignalWatch();
  const screen = new Screen(this, flags);
  const messages = startMessages({
    verb: "profile",
    quiet: flags.quiet,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => screen.message(text),
  });
  const wanted = words[0] === SHOW ? addressesOf(words.slice(1)) : undefined;
  const files = wanted === undefined ? words : [];
  if (flags.watch && files.every((file) => file === STDIN)) {
    throw new UsageError("--watch needs a log", "decnet profile FILE --watch");
  }
  const mmdbs = await readMmdbs(flags);
  const reads = files.length > 0;
  const stdinAlone = reads && files.every((file) => file === STDIN);
  using store = openProfileStore(flags, { stdinAlone, reads });
  using log = reads ? openLog({ ...flags, raw: false, noJa4plus: false }) : undefined;
  if (log !== undefined) signals.onHangup(() => log.reopen());
  const stdout = new StdoutSink({ onClosed: () => signals.stop() });
  const output = new ProfileOutput(stdout, flags);
  const query = new ProfileQuery(store, mmdbs, flags, wanted);
  const reading = new ProfileReading(files, store, messages, signals.signal);
  const sensor = flags.sensor ?? Deno.hostname();
  const tell = (events: readonly Event[]) => {
    log?.append(events.map((event) => logRecord(event, { sdId: flags.sdId })));
    if (flags.events) output.lines(events.map((event) => toJsonLine(event)));
  };

  for (let isFirst = true;; isFirst = false) {
    store.beginRun();
    await asUserError(async () => {
      screen.progress(() => reading.progress(), PROGRESS_MS);
      try {
        await reading.readAll(isFirst);
      } finally {
        screen.end();
      }
      if (log !== undefined || flags.events) tellNews(store, sensor, tell);
      if (!flags.events) await print(flags, store, output, query, reads);
    });
    if (!flags.watch || signals.signal.aborted) break;
    await sleep(flags.interval, signals.signal);
    if (signals.signal.aborted) break;
  }
  if (reads) messages.info("{summary}", { summary: reading.summary() });
  if (wanted !== undefined && query.found < wanted.length) {
    throw new UserError(
      "nothing is known of some of them",
      "decnet profile --top 20 lists attackers",
    );
  }
  if (reading.failed) throw new UserError("not every log could be read");
  if (signals.exitCode !== undefined && !flags.watch) this.process.exitCode = signals.exitCode;
}

async function print(
  flags: ProfileFlags,
  store: ProfileStore,
  output: ProfileOutput,
  query: ProfileQuery,
  reads: boolean,
): Promise<void> {
  if (flags.cluster) {
    output.lines(clusterLines(clustersOf(store), output.isForEyes));
    return;
  }
  const wanted = query.wanted(reads);
  if (wanted === undefined) return;
  await query.resolveNames(wanted);
  output.print(query.profiles(wanted), query.isShow);
}

function addressesOf(words: readonly string[]): string[] {
  if (words.length === 0) throw new UsageError("show needs an address", "decnet profile show IP");
  return words.map((word) => {
    const address = parseAddress(word);
    if (address === undefined) throw new UsageError(`"${word}" is not an IPv4 or IPv6 address`);
    return address;
  });
}

async function asUserError(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new UserError(error.message, "--db PATH for another place");
  }
}
