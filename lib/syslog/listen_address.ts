/** Where syslog is received: `udp://HOST:PORT` and its kin. */

/** An address to listen at. */
export interface SyslogAddress {
  readonly transport: "udp" | "tcp" | "tls";
  readonly hostname: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** Ports of RFC 5426 3.3, RFC 6587 3.4 (by custom) and RFC 5425 4.1. */
const PORTS = { udp: 514, tcp: 514, tls: 6514 } as const;

const ALL_ADDRESSES = "0.0.0.0";

/** The address in `text`; the port may be left out, and the host, for all of this machine. Else undefined. */
export function parseSyslogAddress(text: string): SyslogAddress | undefined {
  const match = /^(udp|tcp|tls):\/\/(?:\[([\da-fA-F:.%]+)\]|([\w.*-]*))(?::(\d{1,5}))?\/?$/
    .exec(text);
  if (match === null) return undefined;
  const [, name, v6, host] = match;
  const transport = name as SyslogAddress["transport"];
  const port = match[4] === undefined ? PORTS[transport] : Number(match[4]);
  if (port > 65_535) return undefined;
  const hostname = v6 ?? (host === "" || host === "*" ? ALL_ADDRESSES : host!);
  return { transport, hostname, port };
}

/** The address as {@linkcode parseSyslogAddress} takes it. */
export function formatSyslogAddress({ transport, hostname, port }: SyslogAddress): string {
  return `${transport}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
