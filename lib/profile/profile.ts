/**
 * What is known of one attacker: the record that is printed, shown and exported. It is derived from the
 * attacker's aggregates and written as one JSON line in this key order; a key with no value is left out.
 * Times are RFC 3339 in UTC with microseconds and `Z`. All text is the attacker's own unless said
 * otherwise: whoever shows it has to escape it.
 */

/** A name and how often it occurred. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** Anything that was seen from a first to a last time. */
export interface SeenSpan {
  readonly first_seen: string;
  readonly last_seen: string;
}

/**
 * A list of which only a sample is kept: which items stay depends on a hash of them alone, so that the
 * counts of those that stay are exact.
 */
export interface Sample<T> {
  /** In order of first sight, ties by text. */
  readonly items: readonly T[];
  /** True when there were more distinct items than are kept. */
  readonly truncated: boolean;
  /** Occurrences of all items, also of those that are not kept. */
  readonly total: number;
}

/** What was done at one decoy. */
export interface DeckyVisit extends SeenSpan {
  readonly decky: string;
  readonly events: number;
  /** Services of the decoy that were touched, sorted. */
  readonly services: readonly string[];
}

/** How far a visitor went in a service. */
export type ServiceContact = "scanned" | "interacted";

/** What was done in one service, over all decoys. */
export interface ServiceVisit extends SeenSpan {
  readonly service: string;
  readonly contact: ServiceContact;
  readonly events: number;
}

/** Steps of an attack, in the order in which a sound one goes. */
export const PHASES = [
  "reconnaissance",
  "access_attempt",
  "access",
  "execution",
  "delivery",
  "exfiltration",
] as const;

/** A step of an attack. */
export type Phase = (typeof PHASES)[number];

/** The events of one phase. */
export interface PhaseSpan extends SeenSpan {
  readonly phase: Phase;
  readonly events: number;
}

/** Events with no longer pause between them than the session gap (30 minutes). */
export interface Session extends SeenSpan {
  readonly duration_s: number;
  readonly events: number;
  /** Decoys touched, sorted. */
  readonly deckies: readonly string[];
  /** Services touched, sorted. */
  readonly services: readonly string[];
  /** In the order in which they began. */
  readonly phases: readonly Phase[];
  /** Commands run, repetitions included. */
  readonly commands: number;
}

/** Kinds of behaviour. */
export const BEHAVIOUR_CLASSES = [
  "slow_scan",
  "scanning",
  "brute_force",
  "beaconing",
  "interactive",
  "mixed",
  "unknown",
] as const;

/** A kind of behaviour. */
export type BehaviourClass = (typeof BEHAVIOUR_CLASSES)[number];

/** Times between an event and the next, in seconds, three decimals. */
export interface TimingStats {
  /** Intervals measured: one less than the events of each input. */
  readonly intervals: number;
  readonly mean_s: number;
  /** From a histogram: within 10 per cent. */
  readonly median_s: number;
  readonly stdev_s: number;
  readonly min_s: number;
  readonly max_s: number;
  /** Coefficient of variation: stdev / mean, four decimals; absent when the mean is 0. */
  readonly cv?: number;
}

/** The class, and what decided it. */
export interface Behaviour {
  readonly class: BehaviourClass;
  /** The rule that held, in words with its numbers (our text, not the attacker's). */
  readonly reason: string;
  /** Over all of the attacker's own events; absent with less than two. */
  readonly timing?: TimingStats;
  /** Over the gaps between visits (bursts closer than a second count as one); absent with less than two. */
  readonly visits?: TimingStats;
}

/** A steady return. */
export interface Beacon {
  readonly interval_s: number;
  readonly jitter_pct: number;
}

/** A guess at what the attacker uses. */
export interface ToolGuess {
  readonly tool: string;
  /** Where it was seen. */
  readonly source:
    | "user_agent"
    | "header"
    | "ssh_banner"
    | "hassh"
    | "ja4"
    | "tcp_stack"
    | "timing";
  /** The text or number that it rests on. */
  readonly evidence: string;
  readonly count: number;
}

/** A MITRE ATT&CK technique. */
export interface Technique {
  /** Such as `T1105`. */
  readonly id: string;
  /** The technique's name (our text). */
  readonly name: string;
  /** Short name of the tactic, such as `execution` (our text). */
  readonly tactic: string;
  /** Commands and other events that match. */
  readonly count: number;
}

/** A command that was run. */
export interface CommandUse extends SeenSpan {
  /** Cut to 1,024 characters; `truncated` tells. */
  readonly command: string;
  readonly truncated?: true;
  readonly count: number;
  /** Identifiers of ATT&CK techniques, sorted; absent without any. */
  readonly techniques?: readonly string[];
  /** Services it was run in, sorted. */
  readonly services: readonly string[];
}

/** A credential that was tried. */
export interface CredentialUse extends SeenSpan {
  /** User name, key owner, community, ...; empty where there is none. */
  readonly principal: string;
  /** `password`, `ntlmv2`, `publickey`, `community`, ... */
  readonly kind: string;
  /** SHA-256 of the secret's bytes, 64 hex digits. */
  readonly secret_sha256: string;
  /** The secret itself; only when it was asked for. */
  readonly secret?: string;
  readonly attempts: number;
  /** Attempts that a decoy accepted. */
  readonly successes: number;
  /** `decky:service` where it was tried, sorted. */
  readonly targets: readonly string[];
  /** Attackers that tried the same, this one included; absent when only one did. */
  readonly attackers?: number;
}

/** Kinds of fingerprints. */
export const FINGERPRINT_KINDS = [
  "ja3",
  "ja4",
  "ja4_quic",
  "ja4h",
  "hassh",
  "jarm",
  "hassh_server",
  "cert_sha256",
  "tcpfp",
  "tcp_stack",
  "user_agent",
  "ssh_banner",
  "ja3s",
  "ja4s",
  "ja4t",
  "icmp_fp",
  "ssh_key",
] as const;

/** A kind of fingerprint. */
export type FingerprintKind = (typeof FINGERPRINT_KINDS)[number];

/** A fingerprint of the attacker's, seen by a decoy, the sniffer or the prober. */
export interface FingerprintSeen extends SeenSpan {
  readonly kind: FingerprintKind;
  readonly value: string;
  readonly count: number;
  /** Other attackers with the same; absent when there are none. */
  readonly shared_by?: number;
}

/** A fingerprint of the attacker's server that changed. */
export interface Rotation {
  readonly time: string;
  /** `jarm`, `hassh`, `tcpfp`, ... */
  readonly probe_type: string;
  /** 0 for the host as a whole. */
  readonly port: number;
  readonly old_hash: string;
  readonly new_hash: string;
}

/** A mail domain that the attacker wrote to, without the recipients. */
export interface VictimDomain extends SeenSpan {
  readonly domain: string;
  /** Recipients, each event counted once. */
  readonly recipients: number;
}

/** A file or body that was sent to a decoy. */
export interface PayloadSeen extends SeenSpan {
  /** SHA-256, or the URL that it was to come from, or a name. */
  readonly name: string;
  readonly kind: "sha256" | "url" | "file";
  /** Of the largest with that name; absent when unknown. */
  readonly bytes?: number;
  readonly count: number;
}

/** A part of the risk score. */
export interface RiskPart {
  /** Short name of the rule (our text). */
  readonly part: string;
  readonly points: number;
  /** The number or fact that it rests on (our text). */
  readonly why: string;
}

/** 0 to 100: the parts' sum, capped. */
export interface Risk {
  readonly score: number;
  /** Largest first. */
  readonly parts: readonly RiskPart[];
}

/** What the TCP stack says, out of SYNs that the sniffer saw. */
export interface StackGuess {
  /** Label most often seen, such as `linux`. */
  readonly os: string;
  readonly hop_distance?: number;
  /** Segments that were sent again, over all flows. */
  readonly retransmits: number;
}

/** One cell of the timeline: an hour at one decoy. */
export interface HourCell {
  /** Start of the hour. */
  readonly hour: string;
  readonly decky: string;
  readonly events: number;
}

/** Where the address is, out of files that the user has given. */
export interface Origin {
  /** ISO 3166 alpha-2. */
  readonly country?: string;
  readonly asn?: number;
  readonly as_name?: string;
}

/** The complete record of one attacker. */
export interface Profile extends SeenSpan {
  /** Version of this form. */
  readonly profile: 1;
  /** Canonical text of the address: the attacker's identity. */
  readonly attacker_ip: string;
  /** Events of decoys: what the attacker did. */
  readonly events: number;
  /** Lines of our own prober and sniffer about the attacker: evidence, never behaviour. */
  readonly evidence: number;
  /** Most frequent first, ties by name. */
  readonly event_types: readonly Counted[];
  /** In order of first contact. */
  readonly deckies: readonly DeckyVisit[];
  /** Distinct decoys touched, also when not all are listed. */
  readonly decky_count: number;
  /** Decoys in order of first contact; only when there are two or more. */
  readonly traversal_path?: readonly string[];
  /** Sorted by name. */
  readonly services: readonly ServiceVisit[];
  /** Names of services that were only scanned, sorted. */
  readonly scanned: readonly string[];
  /** Names of services that were interacted with, sorted. */
  readonly interacted: readonly string[];
  readonly phases: readonly PhaseSpan[];
  /** Seconds from the end of reconnaissance to the first execution, delivery or exfiltration. */
  readonly recon_to_action_s?: number;
  /** The latest, oldest first. */
  readonly sessions: readonly Session[];
  readonly session_count: number;
  readonly behaviour: Behaviour;
  readonly beacon?: Beacon;
  readonly tools: readonly ToolGuess[];
  readonly techniques: readonly Technique[];
  readonly commands: Sample<CommandUse>;
  readonly credentials: Sample<CredentialUse>;
  readonly victim_domains: Sample<VictimDomain>;
  /** Sorted by kind (in order of {@linkcode FINGERPRINT_KINDS}), then first sight. */
  readonly fingerprints: readonly FingerprintSeen[];
  /** The latest, oldest first. */
  readonly rotations: readonly Rotation[];
  readonly rotation_count: number;
  readonly payloads: Sample<PayloadSeen>;
  /** Events of 1 MiB and more. */
  readonly large_payloads: number;
  readonly stack?: StackGuess;
  /** The latest hours in which anything happened, oldest first, ties by decoy. */
  readonly timeline: readonly HourCell[];
  readonly risk: Risk;
  readonly origin?: Origin;
  /** Reverse DNS name; only when it was asked for. */
  readonly ptr?: string;
}
