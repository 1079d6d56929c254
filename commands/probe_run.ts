/** Runs `decnet probe`. */
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { Dialer, type OpenStream, openStream } from "../lib/probe/dialer.ts";
import { runProbes } from "../lib/probe/run.ts";
import { SqliteStore } from "../lib/store/sqlite_store.ts";
import type { AppContext } from "./context.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import { dryRunLines, formatDryRunLine } from "./probe_dry_run.ts";
import { ProbeOutput } from "./probe_output.ts";
import { ProbeRecorder } from "./probe_recorder.ts";
import { openLog } from "./log_output.ts";
import { historyLines } from "./probe_history.ts";
import { probeListLines } from "./probe_list.ts";
import { logTargets } from "./probe_log_targets.ts";
import { probeLimits, probePlan, probeScope, statePath } from "./probe_settings.ts";
import { ProbeTally } from "./probe_tally.ts";
import { TargetInput } from "./probe_targets.ts";
import { Screen } from "./screen.ts";
import { SignalWatch } from "./signals.ts";
import { stdoutFormat, stdoutStyle } from "./stdout_form.ts";

/** Connections open at a time; what descriptors there are beyond that is found out by trying. */
const MAX_OPEN_CONNECTIONS = 4096;

/** How often the line of progress is drawn. */
const PROGRESS_MS = 250;

/** The command: fingerprints every target, tells what it found, sets the exit code. */
export async function runProbeCommand(
  this: AppContext,
  flags: ProbeFlags,
  ...words: string[]
): Promise<void> {
  dropPermissions("run", "ffi", "import");
  using signals = new SignalWatch();
  const screen = new Screen(this, flags);
  const messages = startMessages({
    verb: "probe",
    quiet: flags.quiet,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => screen.message(text),
  });
  const plan = probePlan(flags);
  const stdout = new StdoutSink({ onClosed: () => signals.stop() });
  const form = stdoutFormat(flags);
  const style = form === undefined ? stdoutStyle() : undefined;
  if (flags.list) return stdout.append(probeListLines(plan, style));
  const path = statePath(flags);
  if (flags.history !== undefined) {
    using store = openState(path ?? noState("--history"));
    return stdout.append(await historyLines(store, flags.history, style));
  }
  const fromLog = flags.fromLog !== undefined;
  checkTargetFlags(flags, words);
  const input = fromLog ? undefined : new TargetInput({
    words,
    files: flags.targets ?? [],
    onBadLine: (source, line, reason) =>
      messages.warn("{source} line {line} left out: {reason}", { source, line, reason }),
  });
  const scope = await probeScope(flags);

  if (flags.dryRun && input !== undefined) {
    for await (const candidate of input.candidates()) {
      for (const line of dryRunLines(candidate, plan, scope)) {
        if (signals.signal.aborted) return;
        stdout.append([style === undefined ? JSON.stringify(line) : formatDryRunLine(line)]);
      }
    }
    return;
  }

  using store = path === undefined ? undefined : openState(path);
  using log = openLog(flags);
  // Without a log a hangup means what it always does: the terminal is gone.
  if (log !== undefined) signals.onHangup(() => log.reopen());
  const output = new ProbeOutput({
    stdout,
    format: form,
    style: style ?? stdoutStyle(),
    raw: flags.raw,
    sdId: flags.sdId,
    log,
    onLogFailure: (error) => messages.error("{reason}", { reason: (error as Error).message }),
    above: (write) => screen.above(write),
  });
  const tally = new ProbeTally();
  const { rate, targetRate } = probeLimits(flags);
  const dialer = new Dialer({
    rate,
    hostRate: targetRate,
    maxOpen: MAX_OPEN_CONNECTIONS,
    open: await streamOpener(flags.sourceIp),
  });
  const sensor = flags.sensor ?? Deno.hostname();
  const recorder = new ProbeRecorder({
    sensor,
    output,
    tally,
    store,
    log,
    messages,
    outcomes: flags.outcomes,
    showEmptyHosts: input?.total !== undefined && input.total <= 16,
    recentSince: flags.reprobeAfter === undefined ? undefined : Date.now() - flags.reprobeAfter,
  });
  screen.progress(() => tally.progress(input?.total, dialer.attempts), PROGRESS_MS);

  await recorder.recover();
  const service = fromLog
    ? logTargets({
      flags: { ...flags, rate, targetRate },
      plan,
      store: store ?? noState("--from-log"),
      sensor,
      emit: (event) => output.event(event),
      messages,
      tally,
      dialer,
      signal: signals.signal,
    })
    : undefined;
  try {
    await runProbes((service ?? input!).candidates(), {
      dialer,
      plan,
      scope,
      timeout: flags.timeout,
      retries: flags.retries,
      concurrency: flags.concurrency,
      ja4plus: !flags.noJa4plus,
      interrupt: signals.signal,
      resolve: resolveName,
      isRecent: async (target, probe, ports) =>
        service?.isRecent(target, probe.name) ?? await recorder.isRecent(target, probe, ports),
      onMeasurement: async (measurement) => {
        service?.measurement(measurement);
        await recorder.measurement(measurement);
      },
      onTargetDone: async (visit) => {
        await recorder.targetDone(visit);
        // Last: a run that dies before comes back to the target, and finds what it had found.
        await service?.targetDone(visit);
      },
    });
    service?.finish();
    await recorder.finish();
  } finally {
    screen.end();
  }
  if (!stdout.closed) {
    messages.info("{summary}", {
      summary: tally.summary(),
      targets: tally.targets,
      outcomes: tally.outcomes(),
      rotated: tally.rotations,
      connections: dialer.attempts,
    });
  }
  if (output.unwritten > 0) {
    throw new UserError(`${output.unwritten} events could not be written to the log`);
  }
  if (recorder.failed) throw new UserError("the state file is not up to date, see above");
  if (signals.exitCode !== undefined) this.process.exitCode = signals.exitCode;
}

/** @throws {UsageError} for flags that do not go together */
function checkTargetFlags(flags: ProbeFlags, words: readonly string[]): void {
  if (flags.watch && flags.fromLog === undefined) {
    throw new UsageError("--watch looks at logs", "give --from-log FILE.json");
  }
  if (flags.fromLog === undefined) return;
  if (words.length > 0 || flags.targets !== undefined) {
    throw new UsageError("--from-log finds its targets by itself", "leave the others out");
  }
  if (flags.dryRun) throw new UsageError("--dry-run needs targets", "leave out --from-log");
}

function noState(flag: string): never {
  throw new UsageError(`${flag} needs a state file`, "leave out --no-state");
}

function openState(path: string): SqliteStore & Disposable {
  try {
    const store = new SqliteStore(path);
    return Object.assign(store, { [Symbol.dispose]: () => store.close() });
  } catch (error) {
    throw new UserError(
      (error as Error).message,
      "--state PATH for another place, --no-state to remember nothing",
    );
  }
}

async function streamOpener(sourceIp: string | undefined): Promise<OpenStream> {
  if (sourceIp === undefined) return openStream;
  try {
    Deno.listen({ hostname: sourceIp, port: 0 }).close();
  } catch {
    throw new UsageError(`--source-ip: ${sourceIp} is not an address of this machine`);
  }
  return (await import("../lib/probe/source_address.ts")).openStreamFrom(sourceIp);
}

/** First address of a name by the system's resolver, /etc/hosts included. */
async function resolveName(name: string): Promise<string | undefined> {
  const { lookup } = await import("node:dns/promises");
  try {
    return (await lookup(name)).address;
  } catch {
    return undefined;
  }
}
