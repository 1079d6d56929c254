/** What long-running verbs tell of themselves: to systemd, to Prometheus and to a hub. */
import type { Logger } from "@logtape/logtape";
import type { NotifySocket } from "../ffi/notify_socket.ts";
import type { BusAddress } from "../lib/bus/bus_address.ts";
import type { Dial } from "../lib/bus/bus_connection.ts";
import type { BusHealth, ControlAction } from "../lib/bus/bus_health.ts";
import type { HealthNumbers, HealthReport } from "../lib/health/health_report.ts";
import type { startMetrics } from "../lib/health/metrics_server.ts";
import { systemReason } from "../lib/system_error.ts";
import { VERSION } from "../lib/version.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { parseText } from "./flag_values.ts";

/** Flags of verbs that may run for long. */
export interface HealthFlags {
  readonly metrics?: string;
  readonly hub?: string;
}

/** The flags of {@linkcode HealthFlags}. */
export const HEALTH_FLAGS = {
  metrics: {
    kind: "parsed",
    optional: true,
    placeholder: "HOST:PORT",
    brief: "Answer Prometheus at http://HOST:PORT/metrics",
    parse: parseText,
  },
  hub: {
    kind: "parsed",
    optional: true,
    placeholder: "URL",
    brief: "Report every 30 s to nats://HOST, and be told from there to stop or to reload",
    parse: parseText,
  },
} as const;

/** Of the time that systemd's watchdog allows, how much may pass before it hears from us. */
const WATCHDOG_SHARE = 0.4;

/** How often systemd gets to know what `systemctl status` shows. */
const STATUS_EVERY_MS = 30_000;

/** What a verb brings. */
export interface HealthOptions {
  readonly verb: string;
  readonly sensor: string;
  readonly flags: HealthFlags;
  readonly numbers: () => HealthNumbers;
  /** The same in a line for eyes. */
  readonly status: () => string;
  readonly stop: () => void;
  /** Undefined where there is nothing that could be opened or read anew. */
  readonly reload: (() => void) | undefined;
  readonly messages: Logger;
  /** See {@linkcode openSystemd}. */
  readonly systemd: NotifySocket | undefined;
  /** @default what {@linkcode prepareHealth} gives */
  readonly prepared?: PreparedHealth | undefined;
}

/** What was loaded and read for reports, see {@linkcode prepareHealth}. */
export interface PreparedHealth {
  readonly metrics: typeof startMetrics | undefined;
  readonly hub: {
    readonly address: BusAddress;
    readonly dial: Dial;
    readonly start: typeof BusHealth.start;
  } | undefined;
}

/** True when something listens, so that the network has to stay within reach. */
export function reportsOverNetwork({ metrics, hub }: HealthFlags): boolean {
  return metrics !== undefined || hub !== undefined;
}

/**
 * Loads and reads what reports need: for verbs that give up the right to do so before they begin. Loads
 * nothing for those who do not listen.
 *
 * @throws {UserError} when the hub's address is none, or names what cannot be read
 */
export async function prepareHealth(
  { verb, sensor, flags, messages }: Pick<
    HealthOptions,
    "verb" | "sensor" | "flags" | "messages"
  >,
): Promise<PreparedHealth> {
  const metrics = flags.metrics === undefined
    ? undefined
    : (await import("../lib/health/metrics_server.ts")).startMetrics;
  if (flags.hub === undefined) return { metrics, hub: undefined };
  try {
    const { parseBusAddress } = await import("../lib/bus/bus_address.ts");
    const { BusHealth } = await import("../lib/bus/bus_health.ts");
    const address = parseBusAddress(flags.hub);
    const onStatus = (status: "lost" | "back", server: string) =>
      messages.warn(status === "lost" ? "lost the hub {server}" : "{server} is back", { server });
    const dial = await BusHealth.prepare(address, { worker: verb, sensor }, onStatus);
    return { metrics, hub: { address, dial, start: BusHealth.start } };
  } catch (error) {
    throw asUserError(error);
  }
}

/**
 * Begins to report; says that the verb is ready.
 *
 * @throws {UserError} when it cannot listen where it should, or the hub's address is none
 */
export async function startHealth(options: HealthOptions): Promise<AsyncDisposable> {
  const { flags } = options;
  const { metrics, hub } = options.prepared ?? await prepareHealth(options);
  const started = performance.now();
  const report = (): HealthReport => {
    const { counters, gauges } = options.numbers();
    return {
      worker: options.verb,
      sensor: options.sensor,
      ts: Date.now(),
      version: VERSION,
      pid: Deno.pid,
      uptime: Math.round(performance.now() - started) / 1000,
      counters,
      gauges,
    };
  };
  await using parts = new AsyncDisposableStack();
  try {
    if (metrics !== undefined) parts.use(listen(metrics, flags.metrics!, report));
    if (hub !== undefined) {
      const onControl = (action: ControlAction) => obey(action, options);
      parts.use(hub.start(hub.address, hub.dial, { report, onControl }));
    }
  } catch (error) {
    throw asUserError(error);
  }
  notifySystemd(parts, options);
  return parts.move();
}

function listen(start: typeof startMetrics, place: string, report: () => HealthReport) {
  try {
    return start(place, report);
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw new UserError(
      `--metrics ${place}: ${systemReason(error)}`,
      "--metrics HOST:PORT for another place",
    );
  }
}

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  const { message } = error as Error;
  // An address that is none.
  if (error instanceof SyntaxError) return new UsageError(message);
  return new UserError(`--hub: ${message}`, "the files that its address names have to be readable");
}

/** Does what a hub asks for. @returns what is answered */
function obey(action: ControlAction, { stop, reload, messages }: HealthOptions): string {
  messages.debug("asked over the hub to {action}", { action });
  if (action === "stop") {
    // The answer goes first: the connection ends with the work.
    setTimeout(stop);
    return "stops";
  }
  if (reload === undefined) return "has nothing to reload";
  reload();
  return "reloaded";
}

/**
 * The socket of systemd, where it started us as `Type=notify`. To be opened before the right to call
 * the C library is given up.
 */
export async function openSystemd(): Promise<NotifySocket | undefined> {
  const path = Deno.env.get("NOTIFY_SOCKET");
  if (!path) return undefined;
  const { NotifySocket } = await import("../ffi/notify_socket.ts");
  return NotifySocket.open(path);
}

/** READY, STATUS and WATCHDOG. */
function notifySystemd(
  parts: AsyncDisposableStack,
  { systemd: socket, status }: HealthOptions,
): void {
  if (socket === undefined) return;
  parts.use(socket);
  parts.defer(() => socket.send("STOPPING=1"));
  socket.send("READY=1", `STATUS=${status()}`);
  repeat(parts, STATUS_EVERY_MS, () => socket.send(`STATUS=${status()}`));
  const watchdog = Number(Deno.env.get("WATCHDOG_USEC") ?? 0) / 1000;
  // Meant for another process, when it says so.
  const forUs = (Deno.env.get("WATCHDOG_PID") ?? String(Deno.pid)) === String(Deno.pid);
  if (watchdog > 0 && forUs) {
    repeat(parts, watchdog * WATCHDOG_SHARE, () => socket.send("WATCHDOG=1"));
  }
}

function repeat(parts: AsyncDisposableStack, every: number, action: () => void): void {
  const timer = setInterval(action, every);
  Deno.unrefTimer(timer);
  parts.defer(() => clearInterval(timer));
}
