/** Sentences for what the sniffer sees. */
import { say, type Sentence } from "./phrases.ts";

/** By event type. */
export const SNIFF_SENTENCES: Readonly<Record<string, Sentence>> = {
  tcp_syn_fingerprint: (e) =>
    say(
      `SYN to${e.port || " a decoy"}`,
      e.with("from ", ["os_label", "os_guess"]),
      e.with("", "hop_distance", " hops away"),
      e.with("ja4t=", "ja4t"),
    ),
  tcp_synack_fingerprint: (e) =>
    say(`SYN-ACK of${e.port}`, e.with("by ", ["os_label", "os_guess"]), e.with("ja4ts=", "ja4ts")),
  tcp_flow_timing: (e) =>
    say(
      `flow to${e.port}:`,
      e.with("", "packets", " packets,"),
      e.with("", "bytes", " bytes"),
      e.with("in ", "duration_s", " s"),
      e.with("with ", "retransmits", " retransmits"),
    ),
  tls_client_hello: (e) =>
    say(
      `TLS hello to${e.port}`,
      e.with("for ", "sni"),
      e.with("offers ", "alpn"),
      e.with("ja4=", "ja4"),
      e.with("ja3=", "ja3"),
    ),
  quic_client_hello: (e) =>
    say(`QUIC hello to${e.port}`, e.with("for ", "sni"), e.with("ja4=", ["ja4", "ja4_quic"])),
  tls_session: (e) =>
    say(
      e.with("", "tls_version") ?? "TLS",
      `session on${e.port}`,
      e.with("for ", "sni"),
      e.with("speaks ", "alpn_chosen"),
      e.with("ja4=", "ja4"),
      e.with("ja3s=", "ja3s"),
    ),
  ssh_client: (e) => say("SSH client", e.quoted("", "ssh_banner"), e.with("hassh=", "hassh")),
  ssh_client_banner: (e) => say("SSH client", e.quoted("", "ssh_version")),
  ssh_server: (e) =>
    say("SSH server", e.quoted("", "ssh_banner"), e.with("hassh_server=", "hassh_server")),
  ssh_session: (e) => say(`SSH session on${e.port}`, e.with("ja4ssh=", "ja4ssh")),
  http_request: (e) =>
    say(
      "HTTP",
      e.text("method"),
      e.text("path", "uri"),
      e.with("of ", "host"),
      e.quoted("by ", "user_agent"),
      e.with("ja4h=", "ja4h"),
    ),
  dhcp: (e) =>
    say(
      "DHCP",
      e.quoted("from ", "hostname"),
      e.with("asks for ", "requested_ip"),
      e.with("ja4d=", "ja4d"),
    ),
  scan_detected: (e) =>
    say(
      e.text("scan_kind") ?? "scan",
      "detected:",
      e.with("", "attempts", " attempts"),
      e.with("on ", "targets", " targets"),
      e.with("in ", "duration_s", " s,"),
      e.with("ports ", "sample_ports"),
    ),
};
