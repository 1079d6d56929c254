/** Shows the fleet's workers, or tells them what to do. */
import { connectBus } from "../lib/bus/bus_connection.ts";
import { BusError } from "../lib/bus/bus_error.ts";
import { ensureHealthStream, lastReports, sendControl } from "../lib/bus/bus_health.ts";
import { ensureStream } from "../lib/bus/event_stream.ts";
import { FRESH_MS, type HealthReport } from "../lib/health/health_report.ts";
import { columns } from "./columns.ts";
import type { AppContext } from "./context.ts";
import { EXIT, UsageError, UserError } from "./exit_code.ts";
import { hubAddress } from "./hub_address.ts";
import { stdoutStyle } from "./stdout_form.ts";
import type { WorkersFlags } from "./workers.ts";

/** A line of the list. */
interface ListedWorker {
  readonly worker: string;
  readonly sensor: string;
  readonly status: "OK" | "STALE" | "UNKNOWN";
  /** Seconds since its last report. */
  readonly age?: number;
  readonly version?: string;
  readonly uptime?: number;
  readonly counters?: Readonly<Record<string, number>>;
  readonly gauges?: Readonly<Record<string, number>>;
}

const HEADINGS = ["WORKER", "SENSOR", "STATUS", "SEEN", "UP", "VERSION", "BEHIND"];

/** Said where the list is empty: what a worker reported before there was a place for it is not kept. */
const NOBODY = "decnet: no worker has reported yet; those with --hub do so every 30 s\n";

/** Runs `decnet workers`. @throws {UserError} */
export async function showWorkers(
  this: AppContext,
  flags: WorkersFlags,
  ...words: string[]
): Promise<void> {
  const named = words.map(parseWorker);
  if (flags.stop && flags.reload) throw new UsageError("--stop and --reload are two wishes");
  if ((flags.stop || flags.reload) && named.length === 0) {
    throw new UsageError("nobody is named", "decnet workers --stop VERB@SENSOR");
  }
  const address = hubAddress(flags.hub);
  try {
    await using parts = new AsyncDisposableStack();
    const connection = await connectBus(address, { name: "decnet workers" });
    parts.defer(() => connection.close());
    if (flags.stop || flags.reload) {
      const action = flags.stop ? "stop" : "reload";
      const answers = await Promise.all(
        named.map(async (worker) => ({
          ...worker,
          answer: await sendControl(connection, address, worker, action),
        })),
      );
      this.process.stdout.write(answersText(answers, flags.json || !Deno.stdout.isTerminal()));
      if (answers.some(({ answer }) => answer === undefined)) {
        throw new UserError(
          "not all of them answered",
          "decnet workers shows who is there; a sensor's credentials may forbid answers",
        );
      }
      return;
    }
    await ensureStream(connection, address);
    await ensureHealthStream(connection, address);
    const workers = listWorkers(await lastReports(connection, address), named, Date.now());
    this.process.stdout.write(textOf(workers, flags.json || !Deno.stdout.isTerminal()));
    if (workers.length === 0) this.process.stderr.write(NOBODY);
    if (workers.some(({ status }) => status !== "OK")) this.process.exitCode = EXIT.failed;
  } catch (error) {
    throw error instanceof BusError ? new UserError(error.message, error.hint) : error;
  }
}

function parseWorker(word: string): { worker: string; sensor: string } {
  const at = word.indexOf("@");
  if (at < 1 || at === word.length - 1) {
    throw new UsageError(`"${word}" is no worker like sniff@edge-1`);
  }
  return { worker: word.slice(0, at), sensor: word.slice(at + 1) };
}

/** @param now milliseconds since the epoch */
function listWorkers(
  reports: readonly HealthReport[],
  named: readonly { worker: string; sensor: string }[],
  now: number,
): ListedWorker[] {
  const known = reports.map(({ worker, sensor, ts, version, uptime, counters, gauges }) => ({
    worker,
    sensor,
    status: now - ts <= FRESH_MS ? "OK" as const : "STALE" as const,
    age: Math.max(0, Math.round((now - ts) / 1000)),
    version,
    uptime,
    counters,
    gauges,
  }));
  const all = named.length === 0
    ? known
    : named.map(({ worker, sensor }) =>
      known.find((one) => one.worker === worker && one.sensor === sensor) ??
        { worker, sensor, status: "UNKNOWN" as const }
    );
  return all.toSorted((a, b) => compare(a.sensor, b.sensor) || compare(a.worker, b.worker));
}

/** What a worker has still to do: `12 events, 1024 bytes`; `-` where it does not tell. */
function lagText(gauges: ListedWorker["gauges"] = {}): string {
  const units = { lagEvents: "events", lagBytes: "bytes", lagSeconds: "s" };
  const told = Object.entries(units).filter(([name]) => gauges[name] !== undefined);
  const behind = told.filter(([name]) => gauges[name] !== 0);
  if (behind.length > 0) return behind.map(([name, unit]) => `${gauges[name]} ${unit}`).join(", ");
  return told.length > 0 ? "0" : "-";
}

interface Answer {
  readonly worker: string;
  readonly sensor: string;
  readonly answer: string | undefined;
}

function answersText(answers: readonly Answer[], json: boolean): string {
  return answers.map((one) =>
    json
      ? `${JSON.stringify(one)}\n`
      : `${one.worker}@${one.sensor}: ${one.answer ?? "no answer"}\n`
  ).join("");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function textOf(workers: readonly ListedWorker[], json: boolean): string {
  if (json) return workers.map((worker) => `${JSON.stringify(worker)}\n`).join("");
  const rows = workers.map(({ worker, sensor, status, age, uptime, version, gauges }) => [
    worker,
    sensor,
    status,
    age === undefined ? "never" : `${age} s ago`,
    uptime === undefined ? "-" : `${Math.round(uptime)} s`,
    version ?? "-",
    lagText(gauges),
  ]);
  return `${columns(HEADINGS, rows, stdoutStyle()).join("\n")}\n`;
}
