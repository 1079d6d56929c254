/** Reports over the bus, and what is asked of a worker by it. */
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { type HealthReport, parseHealthReport, REPORT_EVERY_MS } from "../health/health_report.ts";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError, type Dial, prepareBus, watch } from "./bus_connection.ts";
import { prefixOf } from "./event_stream.ts";
import { makeTogether } from "./make_together.ts";
import { streamOf } from "./stream_name.ts";
import { refusedReplicas, replicasOf } from "./replicas.ts";
import { systemSubject } from "./subjects.ts";

/** What a worker can be asked for. */
export type ControlAction = "stop" | "reload";

/** Reports are kept this long, so that one who is gone is missed: nanoseconds. */
const KEEP_NS = 7 * 86_400 * 1e9;

/** What the hub keeps of each worker: its last report. */
const REPORTS_EACH = 1;

/** For an answer. */
const ANSWER_MS = 3000;

/** How a worker reports. */
export interface BusHealthOptions {
  readonly report: () => HealthReport;
  /** @returns what whoever asked is told */
  readonly onControl: (action: ControlAction) => string;
  /** Milliseconds between reports; for tests. @default {REPORT_EVERY_MS} */
  readonly every?: number;
}

/** Reports now, every 30 s, and when the hub comes back, until it is disposed of. The hub need not be there yet. */
export class BusHealth implements AsyncDisposable {
  readonly #options: BusHealthOptions;
  readonly #prefix: string;
  #connection: NatsConnection | undefined;
  #send = () => {};
  #timer: ReturnType<typeof setInterval> | undefined;
  #isAway = false;
  #closed = false;

  private constructor(prefix: string, options: BusHealthOptions) {
    this.#options = options;
    this.#prefix = prefix;
  }

  /** Loads and reads all that it needs but the network. @throws {BusError} */
  static prepare(
    address: BusAddress,
    { worker, sensor }: Pick<HealthReport, "worker" | "sensor">,
    onStatus: (status: "lost" | "back", server: string) => void,
  ): Promise<Dial> {
    return prepareBus(address, { name: `decnet ${worker} ${sensor}`, patient: true, onStatus });
  }

  /** Begins. Nothing waits for the hub. */
  static start(address: BusAddress, dial: Dial, options: BusHealthOptions): BusHealth {
    const health = new BusHealth(prefixOf(address), options);
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
        if (error === null) this.#onMessage(message);
      },
    });
    void control.closed.catch(() => {});
    this.#send = () => {
      // For a hub that is away the client would keep them all, and the latest says what they say.
      if (connection.isClosed() || this.#isAway) return;
      const report = this.#options.report();
      connection.publish(
        systemSubject(this.#prefix, worker, sensor, "health"),
        JSON.stringify(report),
      );
    };
    void watch(connection, (status) => {
      this.#isAway = status === "lost";
      if (!this.#isAway) this.#send();
    });
    this.#send();
    this.#timer = setInterval(this.#send, this.#options.every ?? REPORT_EVERY_MS);
    Deno.unrefTimer(this.#timer);
  }

  #onMessage(message: Msg): void {
    const action = actionOf(message.string());
    if (action === undefined) return;
    const answer = this.#options.onControl(action);
    // Credentials may forbid it; then it has been done all the same.
    if (message.reply) message.respond(JSON.stringify({ action, answer }));
    // Whoever asks wants to know how it is now.
    this.#send();
  }
}

/** Makes the stream that keeps the last report of each worker, where it is missing and may be made. */
export async function ensureHealthStream(
  connection: NatsConnection,
  address: BusAddress,
): Promise<void> {
  const { jetstreamManager } = await import("./jetstream_client.ts");
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const name = healthStreamOf(address);
  try {
    await manager.streams.info(name).catch(() =>
      makeTogether(() =>
        manager.streams.add({
          name,
          subjects: [`${prefixOf(address)}.system.*.*.health`],
          max_msgs_per_subject: REPORTS_EACH,
          max_age: KEEP_NS,
          num_replicas: replicasOf(connection, address),
        })
      )
    );
  } catch (error) {
    const place = showBusAddress(address);
    throw refusedReplicas(place, error) ?? busError(place, error);
  }
}

/** The last report of each worker that the hub has heard of. */
export async function lastReports(
  connection: NatsConnection,
  address: BusAddress,
): Promise<HealthReport[]> {
  const { DeliverPolicy, jetstream } = await import("./jetstream_client.ts");
  try {
    const consumer = await jetstream(connection).consumers.get(healthStreamOf(address), {
      deliver_policy: DeliverPolicy.LastPerSubject,
      filter_subjects: `${prefixOf(address)}.system.*.*.health`,
    });
    const reports: HealthReport[] = [];
    const { num_pending } = await consumer.info();
    if (num_pending === 0) return reports;
    // A report that has gone meanwhile, for its age, is not waited for.
    const messages = await consumer.fetch({ max_messages: num_pending, expires: ANSWER_MS });
    for await (const message of messages) {
      const report = parseHealthReport(message.string());
      if (report !== undefined) reports.push(report);
      if (message.info.pending === 0) break;
    }
    return reports;
  } catch (error) {
    throw busError(showBusAddress(address), error);
  }
}

/** Asks a worker to stop or to reload. @returns its answer; undefined when there was none in time */
export async function sendControl(
  connection: NatsConnection,
  address: BusAddress,
  worker: { readonly worker: string; readonly sensor: string },
  action: ControlAction,
): Promise<string | undefined> {
  const subject = systemSubject(prefixOf(address), worker.worker, worker.sensor, "control");
  const request = JSON.stringify({ action, requested_by: "decnet workers", ts: Date.now() });
  try {
    const reply = await connection.request(subject, request, { timeout: ANSWER_MS });
    const { answer } = JSON.parse(reply.string()) as { answer?: unknown };
    return typeof answer === "string" ? answer : undefined;
  } catch {
    // Nobody there, or nobody who may answer.
    return undefined;
  }
}

/** What a control message asks for; undefined for nothing that we know. */
function actionOf(text: string): ControlAction | undefined {
  try {
    const { action } = JSON.parse(text) as { action?: unknown };
    return action === "stop" || action === "reload" ? action : undefined;
  } catch {
    return undefined;
  }
}

function healthStreamOf(address: BusAddress): string {
  return `${streamOf(address)}_HEALTH`;
}
