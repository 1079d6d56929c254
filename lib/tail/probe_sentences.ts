/** Sentences for what the prober finds, and for what it says of itself. */
import { say, type Sentence } from "./phrases.ts";

/** By event type. */
export const PROBE_SENTENCES: Readonly<Record<string, Sentence>> = {
  jarm_fingerprint: (e) => say(`JARM of ${e.target} is`, e.text("jarm_hash")),
  hassh_fingerprint: (e) =>
    say(
      `SSH server ${e.target}`,
      e.quoted("says ", "ssh_banner"),
      e.with("hassh_server=", "hassh_server_hash"),
    ),
  tcpfp_fingerprint: (e) =>
    say(`TCP stack of ${e.target}`, e.with("ttl ", "ttl"), e.with("tcpfp=", "tcpfp_hash")),
  tls_certificate: (e) =>
    say(
      `certificate of ${e.text("target_ip") === undefined ? e.event.decky : e.target}`,
      e.quoted("for ", ["subject_cn", "subject_dn"]),
      String(e.text("self_signed")) === "true" ? "signed by itself" : e.quoted("by ", "issuer"),
      e.with("until ", "not_after"),
    ),
  http_fingerprint: (e) =>
    say(
      `web server ${e.target}`,
      e.with("answers ", "status"),
      e.quoted("is ", "server"),
      e.quoted("shows ", "title"),
    ),
  banner_fingerprint: (e) =>
    say(
      `${e.target} greets`,
      e.with("as ", "service_guess"),
      e.quoted("with ", ["banner", "banner_text"]),
    ),
  icmp_error_leak: (e) => say("ICMP errors of", e.target, e.with("matrix ", "icmp_matrix")),
  icmp6_error_leak: (e) => say("ICMPv6 errors of", e.target, e.with("matrix ", "icmp6_matrix")),
  ipv6_link_local_leak: (e) =>
    say(
      `IPv6 address of ${e.target} is`,
      e.text("ipv6_addr"),
      e.with("(", "iid_kind", ")"),
      e.with("vendor ", "mac_oui"),
    ),
  fingerprint_rotated: (e) =>
    say(
      `${e.text("probe_type") ?? "fingerprint"} of ${e.target} has changed`,
      e.with("from ", "old_hash"),
      e.with("to ", "new_hash"),
    ),
  probe_outcome: (e) =>
    say(`probe ${e.text("probe_type") ?? ""} of ${e.target}:`, e.text("outcome"), e.text("detail")),
  prober_startup: (e) =>
    say(
      "prober started",
      e.with("with ", "probes"),
      e.with("every ", ["interval_s", "interval"], " s"),
    ),
  prober_cycle: (e) =>
    say(
      "prober cycle:",
      e.with("", "targets_done", " targets,"),
      e.with("", "connections", " connections"),
    ),
  prober_error: (e) =>
    say("prober error:", e.text("reason", "error"), e.with("about ", ["about", "target_ip"])),
};
