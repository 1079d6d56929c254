/** Reports over the bus, and what is asked of a worker by it. */
import type { NatsConnection } from "@nats-io/transport-node";
import { type HealthReport, parseHealthReport, REPORT_EVERY_MS } from "../health/health_report.ts";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError, type Dial, prepareBus } from "./bus_connection.ts";
import { prefixOf, streamOf } from "./event_stream.ts";
import { systemSubject } from "./subjects.ts";

/** What a worker can be asked for. */
export type ControlAction = "stop" | "reload";

/** Reports are kept this long, so that one who is gone is missed: nanoseconds. */
const KEEP_NS = 7 * 86_400 * 1e9;

/** What the hub keeps of each worker: its last report. */
const REPORTS_EACH = 1;

/** How a worker reports. */
export interface BusHealthOptions {
  readonly report: () => HealthReport;
  readonly onControl: (action: ControlAction) => void;
  readonly onStatus: (status: "lost" | "back", server: string) => void;
}

/** Reports now and every 30 s, until it is disposed of. The hub need not be there yet. */
export class BusHealth implements AsyncDisposable {
  readonly #options: BusHealthOptions;
  readonly #prefix: string;
  #connection: NatsConnection | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  private constructor(prefix: string, options: BusHealthOptions) {
    this.#options = options;
    this.#prefix = prefix;
  }

  /** Loads what it needs, and begins. Nothing waits for the hub. @throws {BusError} */
  static async start(address: BusAddress, options: BusHealthOptions): Promise<BusHealth> {
    const health = new BusHealth(prefixOf(address), options);
    const { worker, sensor } = options.report();
    const dial = await prepareBus(address, {
      name: `decnet ${worker} ${sensor}`,
      patient: true,
      onStatus: options.onStatus,
    });
    void health.#run(dial);
    return health;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#connection?.close();
  }

  async #run(dial: Dial): Promise<void> {
    const { worker, sensor } = this.#options.report();
    const connection = await dial().catch(() => undefined);
    if (connection === undefined) return;
    if (this.#closed) return await connection.close();
    this.#connection = connection;
    // Credentials that may only publish are refused here, which is as it should be.
    const control = connection.subscribe(systemSubject(this.#prefix, worker, sensor, "control"), {
      callback: (error, message) => {
        if (error === null) this.#onMessage(message.string());
      },
    });
    void control.closed.catch(() => {});
    const send = () => {
      if (connection.isClosed()) return;
      const report = this.#options.report();
      connection.publish(
        systemSubject(this.#prefix, worker, sensor, "health"),
        JSON.stringify(report),
      );
    };
    send();
    this.#timer = setInterval(send, REPORT_EVERY_MS);
    Deno.unrefTimer(this.#timer);
  }

  #onMessage(text: string): void {
    try {
      const { action } = JSON.parse(text) as { action?: unknown };
      if (action === "stop" || action === "reload") this.#options.onControl(action);
    } catch {
      // Nothing that we know.
    }
  }
}

/** Makes the stream that keeps the last report of each worker, where it is missing and may be made. */
export async function ensureHealthStream(
  connection: NatsConnection,
  address: BusAddress,
): Promise<void> {
  const { jetstreamManager } = await import("@nats-io/jetstream");
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const name = healthStreamOf(address);
  try {
    await manager.streams.info(name).catch(() =>
      manager.streams.add({
        name,
        subjects: [`${prefixOf(address)}.system.*.*.health`],
        max_msgs_per_subject: REPORTS_EACH,
        max_age: KEEP_NS,
      })
    );
  } catch (error) {
    throw busError(showBusAddress(address), error);
  }
}

/** The last report of each worker that the hub has heard of. */
export async function lastReports(
  connection: NatsConnection,
  address: BusAddress,
): Promise<HealthReport[]> {
  const { DeliverPolicy, jetstream } = await import("@nats-io/jetstream");
  try {
    const consumer = await jetstream(connection).consumers.get(healthStreamOf(address), {
      deliver_policy: DeliverPolicy.LastPerSubject,
      filter_subjects: `${prefixOf(address)}.system.*.*.health`,
    });
    const reports: HealthReport[] = [];
    if ((await consumer.info()).num_pending === 0) return reports;
    const messages = await consumer.consume();
    for await (const message of messages) {
      const report = parseHealthReport(message.string());
      if (report !== undefined) reports.push(report);
      if (message.info.pending === 0) break;
    }
    messages.stop();
    return reports;
  } catch (error) {
    throw busError(showBusAddress(address), error);
  }
}

/** Asks a worker to stop or to reload. */
export function sendControl(
  connection: NatsConnection,
  address: BusAddress,
  worker: { readonly worker: string; readonly sensor: string },
  action: ControlAction,
): void {
  const subject = systemSubject(prefixOf(address), worker.worker, worker.sensor, "control");
  connection.publish(
    subject,
    JSON.stringify({ action, requested_by: "decnet workers", ts: Date.now() }),
  );
}

function healthStreamOf(address: BusAddress): string {
  return `${streamOf(address)}_HEALTH`;
}
