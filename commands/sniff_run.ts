/** Runs `decnet sniff`. */
import { logPaths } from "../lib/event/log_pair.ts";
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { Dedup } from "../lib/sniff/dedup.ts";
import type { AppContext } from "./context.ts";
import { EXIT, UsageError, UserError } from "./exit_code.ts";
import { openSystemd, prepareHealth, reportsOverNetwork, startHealth } from "./health.ts";
import { logBase, openLog } from "./log_output.ts";
import { startMessages } from "./messages.ts";
import { PacketFile } from "./packet_file.ts";
import { PacketLimit } from "./packet_limit.ts";
import { dropSniffPermissions } from "./permissions.ts";
import { Screen } from "./screen.ts";
import { SignalWatch } from "./signals.ts";
import type { SniffFlags } from "./sniff_flags.ts";
import { readDecoys } from "./sniff_home.ts";
import { inputsOf, isStream } from "./sniff_inputs.ts";
import { readKeyLogs } from "./sniff_key_logs.ts";
import { openInterfaces } from "./sniff_live.ts";
import { SniffOutput } from "./sniff_output.ts";
import { SniffReport } from "./sniff_report.ts";
import { SniffSession } from "./sniff_session.ts";
import { fileSource, type PacketSource } from "./sniff_sources.ts";
import { stackDatabase } from "./sniff_stacks.ts";
import { startTracing } from "./start_tracing.ts";
import { SniffTally } from "./sniff_tally.ts";
import { wantedTypes } from "./sniff_types.ts";
import { healthNumbers, statisticsLine } from "./sniff_view.ts";
import { SniffWatch } from "./sniff_watch.ts";
import { stdoutFormat, stdoutStyle } from "./stdout_form.ts";

const STDIN = "-";

const MICROS_PER_MILLI = 1000;

/** The command: reads packets, tells what it finds, sets the exit code. */
export async function runSniffCommand(
  this: AppContext,
  flags: SniffFlags,
  ...filter: string[]
): Promise<void> {
  if (flags.listInterfaces) return await listInterfaces(flags);
  using signals = new SignalWatch();
  const screen = new Screen(this, flags);
  const messages = startMessages({
    verb: "sniff",
    // Counts that were asked for are no summary that nobody asked for.
    quiet: flags.quiet && !flags.stats,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => screen.message(text),
  });
  const complain = (error: unknown) =>
    messages.error("{reason}", { reason: (error as Error).message });

  const types = wantedTypes(flags.only);
  const decoys = await readDecoys(flags, messages);
  const { files, devices } = inputsOf(flags, filter, decoys.interface);
  const stacks = await stackDatabase(flags.p0fDb);
  const secrets = readKeyLogs(
    flags.keylog ?? [],
    devices.length > 0 || files.some(isStream),
    messages,
  );
  using packets = await openPacketFile(flags, files, complain, signals.signal);
  if (flags.write !== undefined && packets === undefined) {
    this.process.exitCode = signals.exitCode ?? EXIT.interrupted;
    return;
  }
  const written = logBase(flags) ?? flags.write;
  const systemd = await openSystemd();
  const sensor = flags.sensor ?? Deno.hostname();
  // As long as we are who may read credentials, and what the client of the hub is made of.
  const prepared = devices.length === 0
    ? undefined
    : await prepareHealth({ verb: "sniff", sensor, flags, messages });
  const { sources: live, user } = await openInterfaces(devices, filter, written, flags, messages);
  // As whoever it is from here on, who will have to open it anew when it has been rotated.
  using log = openLog(flags, user && `--user NAME: ${user} must be able to write there`);
  // Without a log a hangup means what it always does: the terminal is gone.
  if (log !== undefined) signals.onHangup(() => log.reopen());

  const stdout = new StdoutSink({ onClosed: () => signals.stop() });
  const output = new SniffOutput({
    stdout,
    format: stdoutFormat(flags),
    style: stdoutStyle(),
    raw: flags.raw,
    sdId: flags.sdId,
    log,
    onLogFailure: complain,
    above: (write) => screen.above(write),
  });
  const dedup = new Dedup(flags.dedup * MICROS_PER_MILLI);
  const tally = new SniffTally(dedup);
  const { count } = flags;
  const session = new SniffSession({
    sensor,
    home: decoys.home,
    dedup,
    stacks,
    maxFlows: flags.maxFlows,
    ja4plus: !flags.noJa4plus,
    types,
    secrets,
    output,
    tally,
    limit: count === undefined ? undefined : new PacketLimit(count, () => signals.stop()),
    packets,
    tracing: await startTracing(),
  });
  const report = new SniffReport({
    messages,
    stdout,
    tally,
    live,
    eachSource: !flags.stats || files.length + live.length > 1,
    statistics: flags.stats ? flags.logFormat : undefined,
  });
  await using _health = live.length === 0 ? undefined : await startHealth({
    ...{ verb: "sniff", sensor, flags, systemd, messages, prepared },
    numbers: () => healthNumbers(tally.statistics(live)),
    status: () => statisticsLine(tally.statistics(live)),
    stop: () => signals.stop(),
    reload: log && (() => log.reopen()),
  });
  dropSniffPermissions({
    files: files.some((file) => file !== STDIN),
    log: log !== undefined,
    network: reportsOverNetwork(flags),
  });
  report.begin(user);

  const sniff = async (source: PacketSource) => {
    try {
      report.source(source.name, await session.run(source, signals.signal));
    } catch (error) {
      // What cannot be read at all keeps nobody from the rest.
      if (!(error instanceof UserError) || files.length + live.length === 1) throw error;
      report.unread(error);
    }
  };
  {
    const onDrops = session.drops.bind(session);
    const { stats: statistics } = flags;
    using _watch = new SniffWatch({ screen, messages, tally, live, statistics, onDrops });
    for (const file of files) {
      if (signals.signal.aborted) break;
      await sniff(fileSource(file));
    }
    // An interface that goes away ends all: part of a capture is not what was asked for.
    await Promise.all(live.map((source) => sniff(source).finally(() => signals.stop())));
  }
  output.finish();
  packets?.end();
  report.end();
  if (report.damaged) throw new UserError("not every capture could be read to its end");
  if (output.unwritten > 0) {
    throw new UserError(`${output.unwritten} events could not be written to the log`);
  }
  if (packets?.failed) throw new UserError(`not every packet could be written to ${packets.path}`);
  // Live there is no other way to end it.
  if (live.length === 0 && signals.exitCode !== undefined) this.process.exitCode = signals.exitCode;
}

async function openPacketFile(
  flags: SniffFlags,
  files: readonly string[],
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<PacketFile | undefined> {
  const { write: path, keylog = [], home = [], decoys, p0fDb } = flags;
  if (path === undefined) return undefined;
  if (path === STDIN) {
    throw new UsageError("--write: events are on stdout", "--write FILE for packets");
  }
  const named = [decoys, p0fDb].filter((file) => file !== undefined);
  const base = logBase(flags);
  const inputs = [...files, ...keylog, ...home, ...named];
  const outputs = [STDIN, ...base === undefined ? [] : Object.values(logPaths(base))];
  return await PacketFile.open({ path, inputs, outputs, onFailure }, signal);
}

async function listInterfaces(flags: SniffFlags): Promise<void> {
  const { captureInterfaces } = await import("../ffi/interfaces.ts");
  const { interfaceTable } = await import("./interface_list.ts");
  const interfaces = captureInterfaces();
  const lines = stdoutFormat(flags) === undefined
    ? interfaceTable(interfaces, stdoutStyle())
    : interfaces.map((found) => JSON.stringify(found));
  new StdoutSink().append(lines);
}
