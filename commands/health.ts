/** What long-running verbs tell of themselves: to systemd, to Prometheus and to a hub. */
import type { Logger } from "@logtape/logtape";
import type { NotifySocket } from "../ffi/notify_socket.ts";
import type { HealthNumbers, HealthReport } from "../lib/health/health_report.ts";
import { VERSION } from "../lib/version.ts";
import { UserError } from "./exit_code.ts";
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
  readonly reload: () => void;
  readonly messages: Logger;
  /** See {@linkcode openSystemd}. */
  readonly systemd: NotifySocket | undefined;
}

/** True when something listens, so that the network has to stay within reach. */
export function reportsOverNetwork({ metrics, hub }: HealthFlags): boolean {
  return metrics !== undefined || hub !== undefined;
}

/**
 * Begins to report; says that the verb is ready. Loads nothing for those who do not listen.
 *
 * @throws {UserError} when it cannot listen where it should, or the hub's address is none
 */
export async function startHealth(options: HealthOptions): Promise<AsyncDisposable> {
  const { flags, messages } = options;
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
    if (flags.metrics !== undefined) {
      const { startMetrics } = await import("../lib/health/metrics_server.ts");
      parts.use(startMetrics(flags.metrics, report));
    }
    if (flags.hub !== undefined) {
      const { parseBusAddress } = await import("../lib/bus/bus_address.ts");
      const { BusHealth } = await import("../lib/bus/bus_health.ts");
      parts.use(
        await BusHealth.start(parseBusAddress(flags.hub), {
          report,
          onControl: (action) => action === "stop" ? options.stop() : options.reload(),
          onStatus: (status, server) =>
            messages.warn(status === "lost" ? "lost the hub {server}" : "{server} is back", {
              server,
            }),
        }),
      );
    }
  } catch (error) {
    throw new UserError((error as Error).message);
  }
  notifySystemd(parts, options);
  return parts.move();
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
