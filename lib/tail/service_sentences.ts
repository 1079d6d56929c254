/** Sentences for what decoys report, and for what the collector and the correlator say. */
import { type Phrases, say, type Sentence } from "./phrases.ts";

function credentials(e: Phrases): string {
  return say(
    e.quoted("as ", ["username", "principal", "user"]),
    e.quoted("with ", ["password", "secret_printable"]),
    e.with("- ", ["outcome", "result"]),
  );
}

function about(what: string): Sentence {
  return (e) =>
    say(
      what,
      e.text("stream"),
      e.text("container"),
      e.text("reason", "message", "error"),
      e.event.msg,
    );
}

function mail(what: string, ...names: string[]): Sentence {
  return (e) => say(what, e.text(...names, "address", "value"), e.event.msg);
}

function asks(method: string): Sentence {
  return (e) =>
    say(
      method,
      e.text("path", "uri", "url", "filename", "key"),
      e.with("of ", "host"),
      e.quoted("by ", "user_agent"),
    );
}

const login: Sentence = (e) => say("login", credentials(e));

const command: Sentence = (e) =>
  say(
    "runs",
    e.text("command", "cmd", "query", "input") ?? e.event.msg,
    e.with("as ", ["user", "username"]),
  );

const connects: Sentence = (e) =>
  say(`connects${e.port}`, e.with("from port ", ["src_port", "remote_port"]));

/** By event type: those of DECNET's service templates, and of our collector. */
export const SERVICE_SENTENCES: Readonly<Record<string, Sentence>> = {
  auth_attempt: login,
  auth: login,
  bind: (e) =>
    say(
      "binds",
      e.quoted("as ", ["dn", "username", "principal"]),
      e.quoted("with ", ["password", "secret_printable"]),
    ),
  connect: connects,
  connection: connects,
  disconnect: (e) => say("disconnects", e.with("after ", ["duration_s", "duration"], " s")),
  command,
  query: command,
  session_recorded: (e) =>
    say("session recorded", e.with("of ", "duration_s", " s"), e.text("session_id", "sid")),
  file_captured: (e) =>
    say("leaves a file", e.text("filename", "path", "name"), e.with("sha256=", "sha256")),
  download_attempt: asks("downloads"),
  retr: asks("RETR"),
  get_request: asks("GET"),
  post_request: asks("POST"),
  head_request: asks("HEAD"),
  put_request: asks("PUT"),
  delete_request: asks("DELETE"),
  request: asks("requests"),
  http_access: asks("HTTP access"),
  http_request_fingerprint: (e) =>
    say("HTTP", e.text("method"), e.text("path"), e.with("ja4h=", "ja4h")),
  http2_settings: (e) => say("HTTP/2 settings", e.text("settings")),
  http3_settings: (e) => say("HTTP/3 settings", e.text("settings")),
  publish: (e) => say("publishes to", e.text("topic"), e.quoted("", ["payload", "message"])),
  subscribe: (e) => say("subscribes to", e.text("topic")),
  rdp_cookie: (e) => say("RDP cookie", e.quoted("", ["cookie", "username"])),
  ehlo: mail("says EHLO", "domain", "hostname"),
  mail_from: mail("mail from", "mail_from", "sender"),
  rcpt_to: mail("mail to", "rcpt_to", "recipient"),
  rcpt_denied: mail("is refused mail to", "rcpt_to", "recipient"),
  rcpt_greylisted: mail("is told to wait with mail to", "rcpt_to", "recipient"),
  message_accepted: mail("sends mail", "subject", "message_id"),
  message_stored: mail("sends mail, stored as", "path", "message_id"),
  message: mail("message", "message", "text"),
  vrfy: mail("asks for user", "user", "username"),
  user: mail("user", "username", "user"),
  version: mail("version", "version", "client_version"),
  raw_packet: (e) =>
    say("raw packet", e.with("of ", ["length", "size"], " bytes"), e.text("data_hex", "data")),
  packet: (e) => say("packet", e.text("type", "kind"), e.with("of ", ["length", "size"], " bytes")),
  amp_probe: (e) => say("amplification probe", e.text("kind", "query")),
  tunneling_suspect: (e) => say("suspected tunnel", e.text("qname", "query", "reason")),
  startup: about("service starts"),
  shutdown: about("service stops"),
  error: about("error"),
  config_error: about("configuration error"),
  parse_error: about("cannot be parsed"),
  protocol_error: about("protocol error"),
  raw_line: (e) => e.event.msg ?? "a line that is no event",
  gap: (e) => say("lines may be missing", e.with("of ", "stream"), e.with("- ", "reason")),
  container_started: about("container started:"),
  container_stopped: about("container stopped:"),
  container_restarted: about("container restarted:"),
  container_renamed: about("container renamed:"),
  container_removed: about("container removed:"),
  container_reconnected: about("container connected again:"),
  source_started: about("source started:"),
  source_stopped: about("source stopped:"),
  source_restarted: about("source restarted:"),
  source_renamed: about("source renamed:"),
  source_removed: about("source removed:"),
  source_reconnected: about("source connected again:"),
  rate_limited: (e) =>
    say("held back", e.text("count", "suppressed"), e.text("limited_type", "of")),
  disk_full: (e) => say("disk full at", e.text("path"), e.with("for ", "seconds", " s")),
  disk_error: (e) =>
    say("cannot write", e.text("path"), e.text("code"), e.with("for ", "seconds", " s")),
  collector_stats: (e) =>
    say("collector:", e.with("", ["lines", "lines_in"], " lines"), e.with("in ", "seconds", " s")),
  traversal_detected: (e) =>
    say(
      "went through",
      e.with("", "decky_count", " decoys:"),
      e.text("deckies"),
      e.with("in ", ["duration_s", "duration_seconds"], " s"),
    ),
};
