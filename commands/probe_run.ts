/** Runs `decnet probe`. */
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { Dialer, type OpenStream, openStream } from "../lib/probe/dialer.ts";
import { runProbes } from "../lib/probe/run.ts";
import { SqliteStore } from "../lib/store/sqlite_store.ts";
import { StatusLine } from "../lib/terminal/status_line.ts";
import type { AppContext } from "./context.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import type { ProbeFlags } from "./probe_flags.ts";
import { dryRunLines, formatDryRunLine } from "./probe_dry_run.ts";
import { ProbeOutput } from "./probe_output.ts";
import { ProbeRecorder } from "./probe_recorder.ts";
import { openLog } from "./log_output.ts";
import { probePlan, probeScope, statePath } from "./probe_settings.ts";
import { ProbeTally } from "./probe_tally.ts";
import { TargetInput } from "./probe_targets.ts";
import { SignalWatch } from "./signals.ts";
import { stdoutFormat, stdoutStyle } from "./stdout_form.ts";

/** Connections open at a time; what descriptors there are beyond that is found out by trying. */
const MAX_OPEN_CONNECTIONS = 4096;

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
  const input = new TargetInput({
    words,
    files: flags.targets ?? [],
    onBadLine: (source, line, reason) =>
      messages.warn("{source} line {line} left out: {reason}", { source, line, reason }),
  });
  const plan = probePlan(flags);
  const scope = await probeScope(flags);
  const stdout = new StdoutSink({ onClosed: () => signals.stop() });
  const form = stdoutFormat(flags);

  if (flags.dryRun) {
    for await (const candidate of input.candidates()) {
      for (const line of dryRunLines(candidate, plan, scope)) {
        if (signals.signal.aborted) return;
        stdout.append([form === undefined ? formatDryRunLine(line) : JSON.stringify(line)]);
      }
    }
    return;
  }

  const path = statePath(flags);
  using store = path === undefined ? undefined : openState(path);
  using log = openLog(flags);
  // Without a log a hangup means what it always does: the terminal is gone.
  if (log !== undefined) signals.onHangup(() => log.reopen());
  const output = new ProbeOutput({
    stdout,
    format: form,
    style: stdoutStyle(),
    raw: flags.raw,
    sdId: flags.sdId,
    log,
    onLogFailure: (error) => messages.error("{reason}", { reason: (error as Error).message }),
    beforeStdout: () => screen.clear(),
  });
  const tally = new ProbeTally();
  const dialer = new Dialer({
    rate: flags.rate,
    maxOpen: MAX_OPEN_CONNECTIONS,
    open: await streamOpener(flags.sourceIp),
  });
  const recorder = new ProbeRecorder({
    sensor: flags.sensor ?? Deno.hostname(),
    output,
    tally,
    store,
    log,
    messages,
    outcomes: flags.outcomes,
    showEmptyHosts: input.total !== undefined && input.total <= 16,
    recentSince: flags.reprobeAfter === undefined ? undefined : Date.now() - flags.reprobeAfter,
  });
  const ticker = screen.progress(() => tally.progress(input.total, dialer.attempts));

  await recorder.recover();
  try {
    await runProbes(input.candidates(), {
      dialer,
      plan,
      scope,
      timeout: flags.timeout,
      retries: flags.retries,
      concurrency: flags.concurrency,
      ja4plus: !flags.noJa4plus,
      interrupt: signals.signal,
      resolve: resolveName,
      isRecent: (target, probe, ports) => recorder.isRecent(target, probe, ports),
      onMeasurement: (measurement) => recorder.measurement(measurement),
      onTargetDone: (visit) => recorder.targetDone(visit),
    });
    await recorder.finish();
  } finally {
    clearInterval(ticker);
    screen.clear();
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

/** The terminal, shared between the table on stdout and messages and progress on stderr. */
class Screen {
  readonly #context: AppContext;
  readonly #status: StatusLine | undefined;

  constructor(context: AppContext, flags: ProbeFlags) {
    this.#context = context;
    if (Deno.stderr.isTerminal() && !flags.quiet && Deno.env.get("TERM") !== "dumb") {
      this.#status = new StatusLine({
        write: (text) => context.process.stderr.write(text),
        columns: () => Deno.consoleSize().columns,
      });
    }
  }

  message(text: string): void {
    this.clear();
    this.#context.process.stderr.write(text);
  }

  clear(): void {
    this.#status?.clear();
  }

  /** Draws `text` now and then; undefined where there is no line for it. */
  progress(text: () => string): ReturnType<typeof setInterval> | undefined {
    const status = this.#status;
    return status && setInterval(() => status.update(text), 250);
  }
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
