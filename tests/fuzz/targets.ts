/** The table of fuzz targets: a new parser is a line here, or one in the target that it belongs to. */
import type { FuzzTarget } from "./target.ts";
import { CAPTURE } from "./targets/capture.ts";
import { CERTIFICATE } from "./targets/certificate.ts";
import { COLLECT_LINE } from "./targets/collect_line.ts";
import { COMPRESSED } from "./targets/compressed.ts";
import { CONVERSATION } from "./targets/conversation.ts";
import { DHCP } from "./targets/dhcp.ts";
import { DOCKER_LOG } from "./targets/docker_log.ts";
import { HTTP1 } from "./targets/http1.ts";
import { HTTP2 } from "./targets/http2.ts";
import { LOG_FILE } from "./targets/log_file.ts";
import { LOG_LINE } from "./targets/log_line.ts";
import { P0F } from "./targets/p0f.ts";
import { PACKET } from "./targets/packet.ts";
import { PREAMBLE } from "./targets/preamble.ts";
import { QUIC } from "./targets/quic.ts";
import { RAW } from "./targets/raw.ts";
import { REASSEMBLY } from "./targets/reassembly.ts";
import { SNIFF } from "./targets/sniff.ts";
import { SSH } from "./targets/ssh.ts";
import { SYSLOG } from "./targets/syslog.ts";
import { TEXT } from "./targets/text.ts";
import { TLS_MESSAGES } from "./targets/tls_messages.ts";
import { TLS_SEALED } from "./targets/tls_sealed.ts";
import { TLS_STREAM } from "./targets/tls_stream.ts";

const TARGETS: readonly FuzzTarget[] = [
  ...[CAPTURE, COMPRESSED, PACKET, REASSEMBLY, RAW],
  ...[TLS_STREAM, TLS_MESSAGES, TLS_SEALED, CERTIFICATE, QUIC, SSH, HTTP1, HTTP2, DHCP, PREAMBLE],
  ...[P0F, LOG_LINE, LOG_FILE, TEXT, DOCKER_LOG, SYSLOG, COLLECT_LINE],
  ...[SNIFF, CONVERSATION],
];

/** Names of all targets. */
export function targetNames(): string[] {
  return TARGETS.map(({ name }) => name);
}

/** The target called `name`; undefined when there is none. */
export function findTarget(name: string): FuzzTarget | undefined {
  return TARGETS.find((target) => target.name === name);
}
