/** Which subject of the bus an event belongs to: DECNET's topics, under a prefix. */
import type { Event } from "../event/event.ts";

/** Prefix of subjects where none is named. */
export const DEFAULT_PREFIX = "decnet";

/** Service of the prober's and of the sniffer's events. */
const PROBER = "prober";
const SNIFFER = "sniffer";

/** All topics of events; health and control have others, and are not for keeping. */
export const EVENT_TOPICS: readonly string[] = [
  ...["attacker.>", "credential.>", "decky.>", "system.log"],
];

/** Event types with a topic of their own, whoever reports them. */
const TOPICS: ReadonlyMap<string, string> = new Map([
  ["fingerprint_rotated", "attacker.fingerprint_rotated"],
  ["attacker_scored", "attacker.scored"],
  ["traversal_detected", "attacker.observed"],
  ["scan_detected", "attacker.observed"],
]);

/** Event types of decoys that carry what somebody tried to log in with. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  ...["auth", "auth_attempt", "login", "login_attempt", "login_failed", "login_success"],
]);

/** What of an event decides its subject. */
export type Routed = Pick<Event, "decky" | "service" | "event_type">;

/** The topic of an event: `attacker.fingerprinted`, `decky.<name>.traffic`, `system.log`, ... */
export function topicOf({ decky, service, event_type }: Routed): string {
  const own = TOPICS.get(event_type);
  if (own !== undefined) return own;
  if (service === PROBER) {
    return event_type.startsWith("prober_") ? "system.log" : "attacker.fingerprinted";
  }
  if (service === SNIFFER) return `decky.${subjectToken(decky)}.traffic`;
  return CREDENTIALS.has(event_type) ? "credential.captured" : "system.log";
}

/** The subject of an event. */
export function subjectOf(prefix: string, event: Routed): string {
  return `${prefix}.${topicOf(event)}`;
}

/** Where a long-running verb tells how it is, and where it is told what to do. */
export function systemSubject(
  prefix: string,
  verb: string,
  sensor: string,
  kind: "health" | "control",
): string {
  return `${prefix}.system.${verb}.${subjectToken(sensor)}.${kind}`;
}

/**
 * A name as one token of a subject. Points, wildcards and all that is not plain ASCII become `=` and
 * the two digits of each UTF-8 byte, so that two names never share a token.
 */
export function subjectToken(name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  if (name === "") return "=";
  return [...new TextEncoder().encode(name)].map((byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9_-]/.test(letter) ? letter : `=${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}

/** The name that {@linkcode subjectToken} made a token of; undefined when it did not. */
export function nameOfToken(token: string): string | undefined {
  if (token === "=") return "";
  if (!/^(?:[A-Za-z0-9_-]|=[0-9a-f]{2})+$/.test(token)) return undefined;
  const bytes = token.match(/=..|./g)!.map((part) =>
    part.length === 1 ? part.charCodeAt(0) : Number.parseInt(part.slice(1), 16)
  );
  return new TextDecoder().decode(new Uint8Array(bytes));
}
