/** `--to`: the delivery that the flags of `decnet tail` ask for. */
import { createSocket } from "node:dgram";
import type { Logger } from "@logtape/logtape";
import { showBusAddress } from "../lib/bus/bus_address.ts";
import { findFormat } from "../lib/event/formats.ts";
import { systemReason } from "../lib/system_error.ts";
import { CLICKHOUSE_SHAPE, clickhouseRow } from "../lib/tail/ship/clickhouse_shape.ts";
import type { Delivery, DeliveryNotices } from "../lib/tail/ship/delivery.ts";
import { GatheredDelivery, type GatherLimits } from "../lib/tail/ship/gathered_delivery.ts";
import { HttpDelivery } from "../lib/tail/ship/http_delivery.ts";
import { HTTP_SHAPES } from "../lib/tail/ship/http_shapes.ts";
import { NatsDelivery } from "../lib/tail/ship/nats_delivery.ts";
import {
  parseReceiver,
  type Receiver,
  type SyslogReceiver,
} from "../lib/tail/ship/receiver_url.ts";
import type { ShipCounts } from "../lib/tail/ship/ship_counts.ts";
import { SyslogConnection } from "../lib/tail/ship/syslog_connection.ts";
import { SyslogDatagram } from "../lib/tail/ship/syslog_datagram.ts";
import { syslogWriter } from "../lib/tail/ship/syslog_line.ts";
import { SyslogStream } from "../lib/tail/ship/syslog_stream.ts";
import type { Tracing } from "../lib/trace/tracing.ts";
import { withoutSecrets } from "../lib/text/without_secrets.ts";
import { UsageError, UserError } from "./exit_code.ts";
import { eventWriter } from "./stdout_form.ts";
import type { TailFlags } from "./tail_flags.ts";

/** Milliseconds that an answer may take. */
const ANSWER_LIMIT = 60_000;

/** Milliseconds before a trouble that lasts is told again. */
const AGAIN_AFTER = 60_000;

/** ClickHouse makes a file of each column with each insertion, and merges them later: these are to be few. */
const CLICKHOUSE_GATHERS: GatherLimits = { events: 10_000, bytes: 8 * 1024 * 1024, wait: 1000 };

/** What a delivery works with besides the flags. */
export interface DeliveryContext {
  readonly messages: Logger;
  readonly signal: AbortSignal;
  readonly counts: ShipCounts;
  /** Undefined where work is not traced. */
  readonly tracing: Tracing | undefined;
}

/** The delivery to `to`, the receiver that `--to` names. @throws {UserError} */
export async function openDelivery(
  to: string,
  flags: TailFlags,
  context: DeliveryContext,
): Promise<Delivery> {
  const receiver = parse(to);
  const { tracing, counts } = context;
  if (tracing === undefined) return deliveryTo(receiver, to, flags, context, (inner) => inner);
  const { TracedDelivery } = await import("../lib/tail/ship/traced_delivery.ts");
  const options = { tracing, receiver: showReceiver(receiver), counts };
  const traced = (inner: Delivery) => new TracedDelivery(inner, options);
  return deliveryTo(receiver, to, flags, context, traced);
}

/** @param traced what is around the part that sends */
function deliveryTo(
  receiver: Receiver,
  to: string,
  flags: TailFlags,
  { messages, signal, counts }: DeliveryContext,
  traced: (inner: Delivery) => Delivery,
): Delivery {
  const { format, json, sdId } = flags;
  const notices = deliveryNotices(withoutSecrets(to), messages, counts);
  const asked = json || format === "json" ? "native" : format;
  if (asked === "csv") throw new UsageError("--format csv does not go with --to");
  if (receiver.kind === "http") {
    const shape = HTTP_SHAPES[flags.shape ?? "ndjson"];
    const write = eventWriter(asked ?? shape.format, { raw: false, sdId });
    return traced(
      new HttpDelivery({
        ...notices,
        shape,
        write,
        signal,
        post: poster(receiver.url, flags),
      }),
    );
  }
  if (receiver.kind === "clickhouse") {
    if (asked !== undefined || flags.shape !== undefined) {
      throw new UsageError("--format and --shape do not go with clickhouse://");
    }
    const rows = new HttpDelivery({
      ...notices,
      shape: CLICKHOUSE_SHAPE,
      write: clickhouseRow,
      signal,
      post: poster(receiver.url, flags),
    });
    return new GatheredDelivery(traced(rows), CLICKHOUSE_GATHERS);
  }
  if (receiver.kind === "bus") {
    if (asked !== undefined && asked !== "native") {
      throw new UsageError(`--format ${asked} does not go with nats://`, "readers expect native");
    }
    const { shape, header, ca, cert, key } = flags;
    if ((shape ?? header) !== undefined) {
      throw new UsageError("--shape and --header are for https:// and http://");
    }
    if ((ca ?? cert ?? key) !== undefined) {
      throw new UsageError(
        "--ca, --cert and --key do not go with nats://",
        "name them in the address: nats+tls://HUB?ca=FILE&cert=FILE&key=FILE",
      );
    }
    return traced(
      new NatsDelivery({
        ...notices,
        address: receiver.address,
        name: `decnet tail ${flags.sensor ?? Deno.hostname()}`,
        write: eventWriter("native", { raw: false, sdId }),
        signal,
      }),
    );
  }
  if (flags.shape !== undefined || flags.header !== undefined) {
    throw new UsageError("--shape and --header are for https:// and http://");
  }
  const write = syslogWriter(findFormat(asked ?? "rfc5424")!, sdId);
  if (receiver.transport === "udp") return traced(datagrams(receiver, { ...notices, write }));
  const { caCerts, cert, key } = tlsFiles(flags);
  return traced(
    new SyslogStream({
      ...notices,
      write,
      signal,
      connect: () => SyslogConnection.open(receiver, { caCerts, cert, key }),
    }),
  );
}

/** The receiver without what nobody should see. */
function showReceiver(receiver: Receiver): string {
  switch (receiver.kind) {
    case "bus":
      return showBusAddress(receiver.address);
    case "syslog":
      return `syslog+${receiver.transport}://${receiver.host}:${receiver.port}`;
    default:
      return receiver.url.origin;
  }
}

function parse(to: string) {
  try {
    return parseReceiver(to);
  } catch (error) {
    throw new UsageError(`--to: ${(error as Error).message}`);
  }
}

/** Tells of a trouble when it begins, now and then while it lasts, and when it is over. */
function deliveryNotices(to: string, messages: Logger, counts: ShipCounts): DeliveryNotices {
  let toldAt = -Infinity;
  return {
    onTrouble: (reason) => {
      counts.retries++;
      const now = performance.now();
      if (now - toldAt < AGAIN_AFTER) return;
      toldAt = now;
      messages.warn("{to}: {reason}; events wait, and it is tried again", {
        to,
        reason: systemReason(reason),
      });
    },
    onRecovery: () => {
      if (toldAt > -Infinity) messages.warn("{to}: takes events again", { to });
      toldAt = -Infinity;
    },
    onRefused: (events, reason) => {
      counts.refused += events;
      messages.error("{to}: {events} events lost: {reason}", { to, events, reason });
    },
  };
}

function tlsFiles({ ca, cert, key }: TailFlags) {
  return {
    caCerts: ca === undefined ? undefined : [readText("--ca", ca)],
    cert: cert === undefined ? undefined : readText("--cert", cert),
    key: key === undefined ? undefined : readText("--key", key),
  };
}

function readText(flag: string, path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new UserError(`${flag} ${path}: ${(error as Error).message}`);
  }
}

function datagrams(
  { host, port }: SyslogReceiver,
  options: DeliveryNotices & {
    readonly write: ConstructorParameters<typeof SyslogDatagram>[0]["write"];
  },
): Delivery {
  // A name may lead to addresses of the other family; then there is nothing at this one.
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  // What comes back of a datagram (ICMP) is told of the next one.
  socket.on("error", () => {});
  return new SyslogDatagram({
    ...options,
    send: (bytes) =>
      new Promise((resolve, reject) =>
        socket.send(bytes, port, host, (error) => error === null ? resolve() : reject(error))
      ),
    close: () => socket.close(),
  });
}

function poster(url: URL, flags: TailFlags) {
  const { caCerts, cert, key } = tlsFiles(flags);
  const client = Deno.createHttpClient({
    ...caCerts === undefined ? {} : { caCerts },
    ...cert === undefined || key === undefined ? {} : { cert, key },
  });
  const headers = headersOf(flags.header ?? []);
  return async (body: string, contentType: string) => {
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: [["content-type", contentType], ...headers],
      // A receiver that has moved must be named anew: it would get the headers.
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_LIMIT),
      client,
    }).catch((error) => {
      throw new Error(fetchReason(error), { cause: error });
    });
    return { status: answer.status, text: await answer.text() };
  };
}

/** Why a request was not answered: the error itself says no more than that it failed. */
function fetchReason(error: Error): string {
  const text = error.cause instanceof Error ? error.cause.message : "";
  // The address stands in front, and may hold a secret.
  const end = text.lastIndexOf("): ");
  return end < 0 ? error.message : systemReason(new Error(text.slice(end + "): ".length)));
}

/** @throws {UserError} */
function headersOf(texts: readonly string[]): [string, string][] {
  const lines = texts.flatMap((text) =>
    text.startsWith("@") ? readText("--header", text.slice(1)).split(/\r?\n/) : [text]
  ).filter((line) => line !== "");
  return lines.map((line) => {
    const match = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*)$/.exec(line);
    if (match === null) {
      throw new UsageError("--header: needs NAME: VALUE, or @FILE with such lines");
    }
    return [match[1]!, match[2]!];
  });
}
