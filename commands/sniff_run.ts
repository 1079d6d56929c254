/** Runs `decnet sniff`. */
import type { Logger } from "@logtape/logtape";
import { StdoutSink } from "../lib/event/stdout_sink.ts";
import { parseDatabase, type StackDatabase } from "../lib/fingerprint/p0f/database.ts";
import { ownSignatures } from "../lib/fingerprint/p0f/signatures.ts";
import { Dedup } from "../lib/sniff/dedup.ts";
import { Engine } from "../lib/sniff/engine.ts";
import { decoysFromState, Home } from "../lib/sniff/home.ts";
import { Reporter } from "../lib/sniff/reporter.ts";
import { readAddressSet } from "./address_sets.ts";
import type { AppContext } from "./context.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { logBase, openLog } from "./log_output.ts";
import { startMessages } from "./messages.ts";
import { dropPermissions } from "./permissions.ts";
import { SignalWatch } from "./signals.ts";
import type { SniffFlags } from "./sniff_flags.ts";
import { SniffOutput } from "./sniff_output.ts";
import { fileSource, type LiveSource, liveSource, type PacketSource } from "./sniff_sources.ts";
import { stdoutFormat, stdoutStyle } from "./stdout_form.ts";

const KIB = 1024;

/** The command: reads packets, tells what it finds, sets the exit code. */
export async function runSniffCommand(
  this: AppContext,
  flags: SniffFlags,
  ...filter: string[]
): Promise<void> {
  using signals = new SignalWatch();
  const messages = startMessages({
    verb: "sniff",
    quiet: flags.quiet,
    verbose: flags.verbose ?? 0,
    format: flags.logFormat,
    write: (text) => this.process.stderr.write(text),
  });
  const stdout = new StdoutSink({ onClosed: () => signals.stop() });
  if (flags.listInterfaces) {
    const { captureInterfaces } = await import("../ffi/interfaces.ts");
    stdout.append(captureInterfaces().map((found) => JSON.stringify(found)));
    return;
  }
  const home = await homeOf(flags);
  using log = openLog(flags);
  // Without a log a hangup means what it always does: the terminal is gone.
  if (log !== undefined) signals.onHangup(() => log.reopen());
  const live = await liveSources(flags, filter);
  for (const warning of live.flatMap(({ warnings }) => warnings)) {
    messages.warn("{warning}", { warning });
  }
  if (live.length > 0) await leaveRootFor(flags, messages);
  dropPermissions("run", "net", "ffi");

  const output = new SniffOutput({
    stdout,
    format: stdoutFormat(flags),
    style: stdoutStyle(),
    raw: flags.raw,
    sdId: flags.sdId,
    log,
  });
  const only = flags.only === undefined ? undefined : new Set(flags.only);
  const dedup = new Dedup(flags.dedup * 1000);
  const stacks = await stackDatabase(flags.p0fDb);
  let damaged = false;
  const sniff = async (source: PacketSource) => {
    const reporter = new Reporter({
      sensor: flags.sensor ?? Deno.hostname(),
      home,
      dedup,
      capture: source.name,
      onEvent: (event) => {
        if (only === undefined || only.has(event.event_type)) output.event(event, source.name);
      },
    });
    const engine = new Engine({
      reporter,
      maxFlows: flags.maxFlows,
      ja4plus: !flags.noJa4plus,
      stacks,
    });
    const damage = await source.run(engine.handle, () => output.flush(), signals.signal);
    engine.end();
    output.flush();
    const { counters } = engine;
    messages.info("{source}: {summary}", {
      source: source.name,
      summary: `${counters.packets} packets, ${counters.bytes} bytes, ${counters.flows} flows, ` +
        `${[...reporter.counts.values()].reduce((sum, count) => sum + count, 0)} events`,
      ...counters,
      events: Object.fromEntries(reporter.counts),
    });
    if (damage !== undefined) {
      damaged = true;
      messages.error("{source}: {damage}", { source: source.name, damage });
    }
  };
  for (const file of flags.read ?? []) {
    if (signals.signal.aborted) break;
    await sniff(fileSource(file));
  }
  await Promise.all(live.map(sniff));
  for (const source of live) {
    const { received, dropped } = source.statistics();
    messages.info("{device}: {received} packets received by the kernel, {dropped} dropped", {
      device: source.name,
      received,
      dropped,
    });
  }
  if (damaged) throw new UserError("not every capture could be read to its end");
  if (live.length === 0 && signals.exitCode !== undefined) this.process.exitCode = signals.exitCode;
}

/** The handles are open: root is not needed any more. */
async function leaveRootFor(flags: SniffFlags, messages: Logger): Promise<void> {
  const { leaveRoot } = await import("./privileges.ts");
  const became = leaveRoot(flags.user, logBase(flags));
  if (became !== undefined) messages.info("captures as {became} from here on", { became });
}

async function liveSources(flags: SniffFlags, filter: readonly string[]): Promise<LiveSource[]> {
  const devices = flags.interface ?? [];
  if (devices.length === 0 && (flags.read ?? []).length === 0) {
    throw new UsageError("nothing to read", "decnet sniff -r capture.pcap, or -i INTERFACE");
  }
  if (devices.length === 0 && filter.length > 0) {
    throw new UsageError(
      `a capture filter ("${filter.join(" ")}") needs -i`,
      "for a file: tcpdump -r FILE -w - FILTER | decnet sniff -r -",
    );
  }
  const sources: LiveSource[] = [];
  for (const device of devices) {
    sources.push(
      await liveSource({
        device,
        filter: filter.join(" "),
        snaplen: flags.snaplen,
        promiscuous: flags.promiscuous,
        bufferSize: flags.buffer * KIB,
      }),
    );
  }
  return sources;
}

async function homeOf(flags: SniffFlags): Promise<Home> {
  const blocks = flags.home === undefined ? undefined : await readAddressSet("--home", flags.home);
  if (flags.decoys === undefined) return new Home(new Map(), blocks);
  try {
    return new Home(decoysFromState(await Deno.readTextFile(flags.decoys)), blocks);
  } catch (error) {
    throw new UsageError(`--decoys: ${flags.decoys}: ${(error as Error).message}`);
  }
}

/** The user's p0f.fp, or our own signatures. */
async function stackDatabase(path: string | undefined): Promise<StackDatabase> {
  if (path === undefined) return ownSignatures();
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`--p0f-db: ${path}: ${(error as Error).message}`);
  }
  const { database, errors } = parseDatabase(text);
  const [first] = errors;
  if (first !== undefined) {
    throw new UsageError(`--p0f-db: ${path} line ${first.line}: ${first.message}`);
  }
  return database;
}
