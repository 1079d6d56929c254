/** An event as one line for eyes. */
import type { Event } from "../lib/event/event.ts";
import { hostPort } from "../lib/net/host_port.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import type { Style } from "../lib/terminal/style.ts";

/** What of an event is worth a glance: the first of these fields that it has, up to three. */
const TELLING = [
  ...["sni", "host", "os_guess", "ssh_banner", "user_agent", "subject_cn", "ja4", "hassh"],
  ...["hassh_server", "ja4s", "ja4t", "ja4ts", "ja4h", "ja3", "ja4ssh", "ja4d", "ja4x"],
  ...["packets", "duration_s", "targets"],
] as const;

const MOST = 3;
const TIME_WIDTH = "12:34:56.123".length;
const TYPE_WIDTH = 22;
const ENDS_WIDTH = 44;

/** `12:34:56.123  tls_client_hello  192.0.2.7:4711 > 198.51.100.1:443  sni=... ja4=...`. */
export function eventLine(event: Event, style: Style): string {
  const { fields } = event;
  const end = (address: unknown, port: unknown) =>
    address === undefined ? "" : hostPort(String(address), Number(port ?? 0));
  const ends = `${end(fields["src_ip"], fields["src_port"])} > ${
    end(fields["dst_ip"], fields["dst_port"])
  }`;
  const telling = TELLING.filter((name) => fields[name] !== undefined).slice(0, MOST)
    .map((name) => `${style.dim(`${name}=`)}${escapeForTerminal(String(fields[name]))}`);
  return [
    style.dim(event.timestamp.slice(11, 11 + TIME_WIDTH)),
    style.cyan(event.event_type.padEnd(TYPE_WIDTH)),
    ends.padEnd(ENDS_WIDTH),
    ...telling,
  ].join("  ");
}
