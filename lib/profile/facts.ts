/** What an event tells of an attacker: its fields, read by the type of the event and by who wrote it. */
import { type Credential, credentialIn } from "./credential.ts";
import { countOf, type FactValues, textOf } from "./fact_reader.ts";
import {
  type EvidenceFingerprint,
  fingerprintsIn,
  stackIn,
  type StackSign,
} from "./fingerprints.ts";
import { toolHeaders } from "./http_headers.ts";
import { recipientDomains } from "./mail_domains.ts";
import type { PayloadSeen } from "./profile.ts";
import { techniquesOf } from "./techniques.ts";
import { MAILER_RULES, SSH_BANNER_RULES, toolsIn, USER_AGENT_RULES } from "./tool_rules.ts";
import { isSuccess, type Meaning, type Speaker } from "./vocabulary.ts";

/** Where an event happened, and what its type means. */
export interface Place {
  readonly decky: string;
  readonly service: string;
  readonly eventType: string;
  /** Who wrote the line; `-` where it does not tell. */
  readonly sensor: string;
  readonly speaker: Speaker;
  readonly meaning: Meaning;
}

/** A tool that shows itself: name, source and the text that it is in, joined by NUL. */
export type ToolSign = string;

/** A change of a fingerprint, as the prober tells it. */
export interface RotationSign {
  readonly probeType: string;
  readonly port: number;
  readonly oldHash: string;
  readonly newHash: string;
}

/** What one event tells. */
export interface Facts {
  readonly success: boolean;
  readonly credential?: Credential;
  readonly command?: string;
  readonly techniques: readonly string[];
  /** Domains of recipients, one for each. */
  readonly domains: readonly string[];
  readonly fingerprints: readonly EvidenceFingerprint[];
  readonly tools: readonly ToolSign[];
  readonly payload?: Pick<PayloadSeen, "kind" | "name"> & { readonly bytes: number | undefined };
  readonly large: boolean;
  readonly rotation?: RotationSign;
  readonly stack?: StackSign;
  readonly retransmits: number;
}

/** Bytes from which on a payload counts as large, as DECNET has it. */
export const LARGE_PAYLOAD = 1024 * 1024;

/** Types that name the recipient in `value`, and the one that lists those that were accepted. */
const RECIPIENT_TYPES: ReadonlySet<string> = new Set(["rcpt_to", "rcpt_denied"]);

/** Types that hand over a file or a body. */
const PAYLOAD_TYPES: ReadonlySet<string> = new Set([
  ...["file_captured", "upload", "put_request", "download_attempt", "download", "file_transfer"],
  "message_stored",
]);

/** Longest text of a field that is kept, in characters. */
const MAX_TEXT = 256;

/** What an event without fields tells. */
export const NO_FACTS: Facts = {
  success: false,
  techniques: [],
  domains: [],
  fingerprints: [],
  tools: [],
  large: false,
  retransmits: 0,
};

/** What `values` tell at `place`. */
export function factsOf(place: Place, values: FactValues): Facts {
  return place.speaker === "decoy" ? decoyFacts(place, values) : evidenceFacts(place, values);
}

function decoyFacts(place: Place, values: FactValues): Facts {
  const { meaning, eventType } = place;
  const success = meaning.phase === "access" && eventType !== "session_recorded" ||
    meaning.attempt && [values["outcome"], values["result"], values["success"]]
        .some((value) => value === true || typeof value === "string" && isSuccess(value));
  const command = meaning.command
    ? textOf(values, "command", "query", "input", "line", "sql", "cmd")
    : undefined;
  const credential = meaning.command ? undefined : credentialIn(values, meaning.attempt);
  const bytes = countOf(values, "bytes", "size", "content_length");
  const payload = PAYLOAD_TYPES.has(eventType) ? payloadIn(values, bytes) : undefined;
  return {
    success,
    ...(credential === undefined ? {} : { credential }),
    ...(command === undefined ? {} : { command }),
    techniques: command === undefined ? [] : techniquesOf(command),
    domains: domainsIn(eventType, values),
    fingerprints: fingerprintsIn(place, values),
    tools: toolSigns(values),
    ...(payload === undefined ? {} : { payload }),
    large: bytes !== undefined && bytes >= LARGE_PAYLOAD,
    retransmits: 0,
  };
}

function evidenceFacts(place: Place, values: FactValues): Facts {
  const stack = stackIn(place, values);
  const rotation = rotationIn(place, values);
  return {
    ...NO_FACTS,
    fingerprints: fingerprintsIn(place, values),
    tools: place.speaker === "sniffer" ? toolSigns(values) : [],
    ...(stack === undefined ? {} : { stack }),
    ...(rotation === undefined ? {} : { rotation }),
    retransmits: place.eventType === "tcp_flow_timing" ? countOf(values, "retransmits") ?? 0 : 0,
  };
}

function domainsIn(eventType: string, values: FactValues): string[] {
  if (RECIPIENT_TYPES.has(eventType)) {
    return recipientDomains(listText(values["value"] ?? values["rcpt_to"]));
  }
  return eventType === "message_accepted" ? recipientDomains(listText(values["rcpt_to"])) : [];
}

function listText(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : "";
}

function payloadIn(values: FactValues, bytes: number | undefined): Facts["payload"] {
  for (
    const [field, kind] of [["sha256", "sha256"], ["url", "url"], ["filename", "file"]] as const
  ) {
    const name = textOf(values, field);
    if (name !== undefined) return { kind, name: name.slice(0, MAX_TEXT), bytes };
  }
  return undefined;
}

function toolSigns(values: FactValues): ToolSign[] {
  const headers = toolHeaders(values["headers"]);
  const agent = textOf(values, "user_agent") ?? headers["user-agent"];
  const mailer = headers["x-mailer"];
  const banner = textOf(values, "ssh_version", "client_version", "client_banner", "ssh_banner");
  return [
    ...signs(agent, USER_AGENT_RULES, "user_agent"),
    ...signs(mailer, MAILER_RULES, "header"),
    ...signs(banner, SSH_BANNER_RULES, "ssh_banner"),
  ];
}

function signs(
  text: string | undefined,
  rules: Parameters<typeof toolsIn>[1],
  source: string,
): ToolSign[] {
  if (text === undefined) return [];
  const evidence = text.slice(0, MAX_TEXT).replaceAll("\0", " ");
  return toolsIn(evidence, rules).map((tool) => `${tool}\0${source}\0${evidence}`);
}

function rotationIn({ speaker, eventType }: Place, values: FactValues): RotationSign | undefined {
  if (speaker !== "prober" || eventType !== "fingerprint_rotated") return undefined;
  return {
    probeType: (textOf(values, "probe_type") ?? "-").slice(0, 32),
    port: countOf(values, "target_port") ?? 0,
    oldHash: (textOf(values, "old_hash") ?? "").slice(0, MAX_TEXT),
    newHash: (textOf(values, "new_hash") ?? "").slice(0, MAX_TEXT),
  };
}
