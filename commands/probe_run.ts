/** Runs `decnet probe`. */
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { unmapAddress } from "../lib/net/address.ts";
import { Dialer } from "../lib/probe/dialer.ts";
import { forgetOld } from "../lib/probe/retention.ts";
import { runProbes } from "../lib/probe/run.ts";
import { StateError, type StateStore } from "../lib/store/state_store.ts";
import type { AppContext } from "./context.ts";
import { UserError } from "./exit_code.ts";
import { openSystemd, startHealth } from "./health.ts";
import { openLog } from "./log_output.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import { dryRunLines, formatDryRunLine } from "./probe_dry_run.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import { historyLines } from "./probe_history.ts";
import { probeListLines } from "./probe_list.ts";
import { LogTargets } from "./probe_log_targets.ts";
import { resolveName, streamOpener } from "./probe_network.ts";
import { openRaw } from "./probe_raw.ts";
import { ProbeOutput } from "./probe_output.ts";
import { ProbeRecorder } from "./probe_recorder.ts";
import { probeScope } from "./probe_scope.ts";
import { checkTargetFlags, probeLimits, probePlan, statePath } from "./probe_settings.ts";
import { lockState, openKnownState, openState } from "./probe_state.ts";
import { ProbeTally } from "./probe_tally.ts";
import { TargetInput } from "./probe_targets.ts";
import { Screen } from "./screen.ts";
import { SignalWatch } from "./signals.ts";
import { startTracing } from "./start_tracing.ts";
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
  dropPermissions("run", "import");
  using signals = new SignalWatch();
  const screen = new Screen(this, flags);
  const messages = startMessages({
    verb: "probe",
    quiet: flags.quiet,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => screen.message(text),
  });
  checkTargetFlags(flags, words);
  const wished = probePlan(flags);
  const fromLog = flags.fromLog !== undefined;
  // A service whose events are kept elsewhere does not need a reader.
  let needsReader = true;
  const stdout = new StdoutSink({ onClosed: () => needsReader && signals.stop() });
  const form = stdoutFormat(flags);
  const style = form === undefined ? stdoutStyle() : undefined;
  if (flags.list) return stdout.append(probeListLines(wished, style));
  const path = statePath(flags);
  const sensor = flags.sensor ?? Deno.hostname();
  if (flags.history !== undefined) {
    using store = await openKnownState(path, "--history", sensor);
    return stdout.append(await historyLines(store, unmapAddress(flags.history), style));
  }
  const input = fromLog ? undefined : new TargetInput({
    words,
    files: flags.targets ?? [],
    onBadLine: (source, line, reason) =>
      messages.warn("{source} line {line} left out: {reason}", { source, line, reason }),
  });
  const scope = await probeScope(flags);

  if (flags.dryRun && input !== undefined) {
    for await (const candidate of input.candidates()) {
      for (const line of dryRunLines(candidate, wished, scope)) {
        if (signals.signal.aborted) return;
        stdout.append([style === undefined ? JSON.stringify(line) : formatDryRunLine(line)]);
      }
    }
    return;
  }

  using access = await openRaw(wished, flags, messages);
  const systemd = await openSystemd();
  dropPermissions("ffi");
  const { plan, raw } = access;
  using store = path === undefined ? undefined : await openState(path, sensor);
  using _lock = fromLog && path !== undefined ? lockState(path) : undefined;
  using log = openLog(flags);
  needsReader = !fromLog || log === undefined;
  // Without a log a hangup means what it always does: the terminal is gone.
  if (log !== undefined) signals.onHangup(() => log.reopen());
  const tellError = (error: unknown) =>
    messages.error("{reason}", { reason: (error as Error).message });
  const output = new ProbeOutput({
    stdout,
    format: form,
    style: style ?? stdoutStyle(),
    raw: flags.raw,
    sdId: flags.sdId,
    log,
    onLogFailure: tellError,
    onStdoutFailure: fromLog ? tellError : undefined,
    above: (write) => screen.above(write),
  });
  const tally = new ProbeTally();
  const tracing = await startTracing();
  const { rate, targetRate } = probeLimits(flags);
  const dialer = new Dialer({
    rate,
    hostRate: targetRate,
    maxOpen: MAX_OPEN_CONNECTIONS,
    open: await streamOpener(flags.sourceIp),
  });
  const logTargets = !fromLog ? undefined : new LogTargets(store!, {
    flags: { ...flags, rate, targetRate },
    plan,
    scope,
    sensor,
    emit: (event) => output.event(event),
    messages,
    tally,
    dialer,
    signal: signals.signal,
    tracing,
  });
  const recorder = new ProbeRecorder({
    sensor,
    output,
    tally,
    store: logTargets?.store ?? store,
    log,
    messages,
    outcomes: flags.outcomes,
    showEmptyHosts: input?.total !== undefined && input.total <= 16,
    recentSince: flags.reprobeAfter === undefined ? undefined : Date.now() - flags.reprobeAfter,
    // Of a service's state, its guard tells.
    onStateFailure: (reason) => fromLog ? undefined : messages.error("{reason}", { reason }),
  });
  screen.progress(() => tally.progress(input?.total, dialer.attempts), PROGRESS_MS);

  await recorder.recover();
  const service = logTargets?.start(() => recorder.recover());
  await using _health = await startHealth({
    verb: "probe",
    sensor,
    flags,
    systemd,
    messages,
    numbers: () => tally.numbers(dialer.attempts),
    status: () => tally.progress(input?.total, dialer.attempts),
    stop: () => signals.stop(),
    reload: log && (() => log.reopen()),
  });
  try {
    await runProbes((service ?? input!).candidates(), {
      dialer,
      plan,
      scope,
      timeout: flags.timeout,
      retries: flags.retries,
      concurrency: flags.concurrency,
      ja4plus: !flags.noJa4plus,
      raw,
      interrupt: signals.signal,
      tracing,
      resolve: resolveName,
      isRecent: async (target, probe, ports) =>
        service?.isRecent(target, probe.name) ?? await recorder.isRecent(target, probe, ports),
      onMeasurement: async (measurement) => {
        const isKept = await recorder.measurement(measurement);
        service?.measurement(measurement, isKept);
      },
      onTargetDone: async (visit) => {
        await recorder.targetDone(visit);
        // Last: a run that dies before comes back to the target, and finds what it had found.
        await service?.targetDone(visit);
      },
    });
    service?.finish();
    await recorder.finish(signals.signal.aborted);
    if (store !== undefined && service === undefined) await tidy(store, signals.signal);
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
  if (logTargets?.store.isFailing ?? recorder.failed) {
    throw new UserError("the state file is not up to date, see above");
  }
  if (logTargets?.unread && !flags.watch) throw new UserError("a log was not read, see above");
  // To be told to end is how the life of a service ends.
  if (!flags.watch && signals.exitCode !== undefined) this.process.exitCode = signals.exitCode;
}

/** Keeps the state within its bounds; that it fails has no bearing on what was found. */
async function tidy(store: StateStore, signal: AbortSignal): Promise<void> {
  try {
    await forgetOld(store, { now: Date.now(), signal });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
  }
}
