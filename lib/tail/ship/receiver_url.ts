/** Where events are sent to, as `--to` names it. */
import { type BusAddress, isBusAddress, parseBusAddress } from "../../bus/bus_address.ts";
import { withoutSecrets } from "../../text/without_secrets.ts";
import { isClickhouseUrl, parseClickhouseUrl } from "./clickhouse_url.ts";

/** Ports that stand for themselves: RFC 5425, RFC 5426, and what rsyslog calls tcp. */
const PORTS = { tls: 6514, tcp: 514, udp: 514 } as const;

/** A receiver of syslog. */
export interface SyslogReceiver {
  readonly kind: "syslog";
  readonly transport: keyof typeof PORTS;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A receiver of HTTP requests. */
export interface HttpReceiver {
  readonly kind: "http";
  readonly url: URL;
}

/** A table of ClickHouse. */
export interface ClickhouseReceiver {
  readonly kind: "clickhouse";
  /** Where rows are posted to. */
  readonly url: URL;
}

/** The stream of a NATS hub. */
export interface BusReceiver {
  readonly kind: "bus";
  readonly address: BusAddress;
}

/** What takes events. */
export type Receiver = SyslogReceiver | HttpReceiver | ClickhouseReceiver | BusReceiver;

const SYSLOG =
  /^syslog\+(tls|tcp|udp):\/\/(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/?#@]+))(?::(\d{1,5}))?\/?$/;

/**
 * The receiver that `text` names: `syslog+tls://host:6514`, `syslog+tcp://`, `syslog+udp://`, `https://`,
 * `http://`, `nats://` or `clickhouse://host:8123/database.table`.
 *
 * @throws {RangeError} with what would be right
 */
export function parseReceiver(text: string): Receiver {
  if (isBusAddress(text)) return { kind: "bus", address: parseBusAddress(text) };
  if (isClickhouseUrl(text)) return { kind: "clickhouse", url: parseClickhouseUrl(text) };
  const match = SYSLOG.exec(text);
  if (match !== null) {
    const [, scheme, bracketed, name, digits] = match;
    const transport = scheme as keyof typeof PORTS;
    const port = digits === undefined ? PORTS[transport] : Number(digits);
    if (port < 1 || port > 65535) throw new RangeError(`"${digits}" is no port`);
    return { kind: "syslog", transport, host: bracketed ?? name!, port };
  }
  const url = /^https?:\/\//.test(text) ? URL.parse(text) : null;
  if (url === null) {
    throw new RangeError(
      `"${
        withoutSecrets(text)
      }" is none of syslog+tls://HOST:6514, syslog+tcp://HOST:PORT, syslog+udp://HOST:PORT, ` +
        "https://HOST/PATH, http://HOST/PATH, nats://HOST and clickhouse://HOST:8123/DATABASE.TABLE",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new RangeError("a password in a URL is seen by everybody; use --header @FILE");
  }
  return { kind: "http", url };
}
