/** An event of every type that there is, as verbs and decoys write them. */
import { createEvent } from "../../lib/event/create.ts";
import type { Event, FieldValue } from "../../lib/event/event.ts";
import { eventFromLine } from "../../lib/event/line_event.ts";
import { writeRfc5424 } from "../../lib/event/rfc5424_writer.ts";
import { SNIFF_EVENT_TYPES } from "../../lib/sniff/event_types.ts";
import { sentenceTypes } from "../../lib/tail/sentence.ts";

type SampleFields = Readonly<Record<string, FieldValue>>;

const FLOW: SampleFields = {
  src_ip: "203.0.113.7",
  src_port: 40000,
  dst_ip: "192.0.2.10",
  dst_port: 443,
  proto: "tcp",
  community_id: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
  direction: "inbound",
};

const HELLO: SampleFields = {
  ja3: "fca27ae45b3113c991c6b97814ef5d91",
  ja3_raw: "771,4865-4866,0-10,29-23,0",
  ja4: "t13d1517h2_8daaf6152771_cb7bf5808d99",
  ja4_r: "t13d1517h2_002f,0035_000a_0403",
  tls_version: "TLS 1.3",
  sni: "decoy.example",
  alpn: ["h2", "http/1.1"],
};

const CERTIFICATE: SampleFields = {
  subject_cn: "decoy.example",
  subject_dn: "O=Example,CN=decoy.example",
  issuer: "CN=Example Authority,C=ZZ",
  self_signed: false,
  not_before: "2026-11-21T07:14:30Z",
  not_after: "2036-11-18T07:14:30Z",
  serial: "02a3",
  sans: ["decoy.example", "192.0.2.2", "2001:db8::2"],
  cert_sha256: "96cce4ace5d39d083935d4e45aebded1cdf2b9e1c25ce3b39507018a39cf0107",
  tls_version: "TLS 1.2",
};

const STACK: SampleFields = {
  ttl: 57,
  window: 64240,
  has_sack: true,
  os_guess: "linux",
  os_label: "s:unix:Linux:4.19-6.x",
};

const SSH: SampleFields = { ssh_banner: "SSH-2.0-OpenSSH_9.6", kex_algorithms: ["a", "b"] };
const HASH = "16574631849ea8d13c926c9905839928";

/** What the sniffer adds to the flow. */
const SNIFFED: Readonly<Record<(typeof SNIFF_EVENT_TYPES)[number], SampleFields>> = {
  tcp_syn_fingerprint: { ...STACK, ja4t: "64240_2-4-8-1-3_1460_7" },
  tcp_synack_fingerprint: { ...STACK, ja4ts: "65160_2-4-8-1-3_1460_7" },
  tcp_flow_timing: { packets: 5, bytes: 48, duration_s: 0.014, mean_iat_ms: 3.5, retransmits: 0 },
  tls_client_hello: HELLO,
  tls_session: {
    ...HELLO,
    ja3s: HASH,
    ja3s_raw: "771,4865,51",
    ja4s: "t130200_1301_a",
    tls_cipher: "0x1301",
    alpn_chosen: "h2",
  },
  tls_certificate: CERTIFICATE,
  quic_client_hello: { ...HELLO, proto: "udp", ja4: "q13d0312h3_55b375c5d22e_178839b6cec1" },
  ssh_client: { ...SSH, hassh: HASH, hassh_raw: "a;b;c;d" },
  ssh_server: { ...SSH, hassh_server: HASH, hassh_server_raw: "a;b;c;d" },
  ssh_session: { ja4ssh: "c76s52_c13s13_c3s11" },
  http_request: {
    method: "GET",
    path: "/a?b=c|d",
    host: "decoy.example",
    http_version: "1.1",
    user_agent: "curl/8",
    headers_ordered: ["Host"],
    ja4h: "ge11nn03",
  },
  dhcp: { proto: "udp", message_type: 1, hostname: "client", ja4d: "disco0000nn" },
  scan_detected: { scan_kind: "port_scan", ports: 28, sample_ports: [35, 26], attempts: 28 },
};

/** What the prober finds, besides the target. */
const PROBED: Readonly<Record<string, SampleFields>> = {
  jarm_fingerprint: { jarm_hash: "07d14d16d21d21d00042d43d000000aa99ce74e2c6d013c745aa52b5cc042d" },
  hassh_fingerprint: { ...SSH, hassh_server_hash: HASH },
  tcpfp_fingerprint: { tcpfp_hash: HASH, ttl: 64, window_size: 1, df_bit: true },
  tls_certificate: { ...CERTIFICATE, self_signed: true },
  http_fingerprint: { http_response_hash: HASH, status: 200, server: "nginx", title: "Hello" },
  banner_fingerprint: { banner_hash: HASH, service_guess: "ftp", banner: "220 hello" },
  icmp_error_leak: { icmp_matrix: "PTF.", icmp_port_unreach: 1 },
  icmp6_error_leak: { icmp6_matrix: "UH.." },
  ipv6_link_local_leak: { ipv6_addr: "fe80::1", iid_kind: "eui64", mac_oui: "00:00:5e" },
  fingerprint_rotated: { probe_type: "jarm", old_hash: HASH, new_hash: HASH, rotation_count: 1 },
  probe_outcome: { probe_type: "jarm", outcome: "refused" },
};

function made(
  eventType: string,
  service: string,
  decky: string,
  fields: SampleFields,
  msg?: string,
) {
  return createEvent({
    time: Date.UTC(2026, 10, 21, 12, 34, 56) * 1000 + 123_456,
    sensor: "sensor-1",
    decky,
    service,
    eventType,
    fields,
    msg,
    origin: "sample",
  });
}

/** One event of each type; of those that several verbs write, one of each. */
export function eventSamples(): Event[] {
  const sniffed = Object.entries(SNIFFED).map(([type, fields]) =>
    made(type, "sniffer", "web-1", { ...FLOW, ...fields })
  );
  const probed = Object.entries(PROBED).map(([type, fields]) =>
    made(
      type,
      "prober",
      "decnet-prober",
      { target_ip: "2001:db8::7", target_port: 443, ...fields },
      `${type} of [2001:db8::7]:443`,
    )
  );
  const known = new Set([...Object.keys(SNIFFED), ...Object.keys(PROBED)]);
  const own = /^(prober_|collector_|container_|source_|disk_|gap$)/;
  const others = [...sentenceTypes(), "never_heard_of"].filter((type) => !known.has(type)).map((
    type,
  ) =>
    own.test(type)
      ? made(type, "collector", "decnet-collector", { stream: "docker/abc", seconds: 5 }, "says so")
      : made(type, "ssh", "web-1", {
        src_ip: "203.0.113.7",
        src_port: 40000,
        username: 'ro]o"t|=\\',
        password: "\u001b[31m\u202e\n",
        attempts: 3,
      })
  );
  return [...sniffed, ...probed, ...others];
}

/** The same as they are read out of RFC 5424 lines, where every value is text. */
export function eventSamplesOfLines(): Event[] {
  return eventSamples().map((event) =>
    eventFromLine(writeRfc5424(event), { sensor: "sensor-1", origin: "line" })!
  );
}
