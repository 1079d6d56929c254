/**
 * What the types of events mean: one table for everything that asks. It holds the names that decoys
 * write, those of DECNET's older profiler, and our own verbs.
 */
import type { Phase } from "./profile.ts";

/** Who says it, and what that is worth. */
export type Speaker =
  /** A decoy: what the attacker did. */
  | "decoy"
  /** Our sniffer: packets of the attacker's. */
  | "sniffer"
  /** Our prober: what we did, and what the attacker's machine answered. */
  | "prober"
  /** Our other verbs: about our own work. */
  | "other";

/** Services of our own verbs, by who they are. */
const OWN_SERVICES: ReadonlyMap<string, Speaker> = new Map<string, Speaker>([
  ["sniffer", "sniffer"],
  ["prober", "prober"],
  ["profiler", "other"],
  ["correlator", "other"],
  ["collector", "other"],
  ["mutator", "other"],
]);

/** Decoys of our own verbs: never a place that an attacker came to. */
const OWN_DECKIES = "decnet-";

/** What a type of event stands for. */
export interface Meaning {
  /** Undefined for noise: it tells of the decoy, not of the attacker. */
  readonly phase: Phase | undefined;
  /** True when the attacker did something in the service, beyond knocking. */
  readonly interaction: boolean;
  /** True for a try to log in. */
  readonly attempt: boolean;
  /** True for something that was run: a shell command, a query. */
  readonly command: boolean;
}

/** Types by what they stand for; whatever is not listed is reconnaissance. */
const TYPES: readonly (readonly [Phase | undefined, "scan" | "touch", readonly string[]])[] = [
  // The decoy itself, and what it could not read.
  [undefined, "scan", [
    ...["startup", "shutdown", "config_error", "parse_error", "protocol_error"],
    ...["unknown_packet", "unknown_opcode", "unknown_command", "rate_limited", "gap", "raw_line"],
  ]],
  ["access_attempt", "scan", [
    ...["auth_attempt", "auth", "auth_failure", "auth_failed", "login_attempt", "login_failed"],
    ...["login", "user", "pass", "bind", "rdp_cookie", "security_handshake", "credential"],
  ]],
  ["access", "touch", ["auth_success", "login_success", "session_opened", "session_recorded"]],
  ["execution", "touch", [
    ...["command", "exec", "query", "input", "shell_input", "execute", "run", "sql_query"],
    ...["redis_command", "ldap_search", "publish", "subscribe"],
  ]],
  ["delivery", "touch", [
    ...["file_captured", "upload", "put_request", "download_attempt", "download", "file_transfer"],
    ...["mail_from", "rcpt_to", "rcpt_denied", "message", "message_accepted", "message_stored"],
  ]],
  ["exfiltration", "touch", ["retr", "data_exfil", "delete_request"]],
];

/** Types of the execution phase whose text is a command. */
const COMMANDS: ReadonlySet<string> = new Set([
  ...["command", "exec", "query", "input", "shell_input", "execute", "run", "sql_query"],
  "redis_command",
]);

const SCAN: Meaning = {
  phase: "reconnaissance",
  interaction: false,
  attempt: false,
  command: false,
};

const MEANINGS: ReadonlyMap<string, Meaning> = new Map(
  TYPES.flatMap(([phase, contact, types]) =>
    types.map((type): [string, Meaning] => [type, {
      phase,
      interaction: contact === "touch",
      attempt: phase === "access_attempt",
      command: COMMANDS.has(type),
    }])
  ),
);

/** What `eventType` stands for. */
export function meaningOf(eventType: string): Meaning {
  return MEANINGS.get(eventType) ?? SCAN;
}

/** Who wrote an event. */
export function speakerOf(decky: string, service: string): Speaker {
  const own = OWN_SERVICES.get(service);
  return own ?? (decky.startsWith(OWN_DECKIES) ? "other" : "decoy");
}

/** What a decoy says of a login that it let pass, lower-case. */
const SUCCESSES: ReadonlySet<string> = new Set([
  ...["success", "successful", "succeeded", "accepted", "accept", "ok", "granted", "true", "1"],
  ...["allowed", "authenticated", "pass", "passed"],
]);

/** True when a decoy's `outcome`, `result` or `success` says that it let somebody in. */
export function isSuccess(text: string): boolean {
  return text.length <= 16 && SUCCESSES.has(text.toLowerCase());
}
