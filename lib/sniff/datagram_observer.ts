/** What datagrams carry: QUIC and DTLS handshakes, DHCP. */
import { DtlsHandshake, looksLikeDtlsHandshake } from "../tls/dtls.ts";
import { parseCertificateMessage } from "../tls/certificate_message.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE, VERSION } from "../tls/constants.ts";
import { parseServerHello } from "../tls/server_hello.ts";
import type { Packet } from "../net/packet.ts";
import { parseDhcpv4 } from "../dhcp/dhcpv4.ts";
import { parseDhcpv6 } from "../dhcp/dhcpv6.ts";
import { ja4d, ja4d6 } from "../fingerprint/ja4plus/ja4d.ts";
import { parseRequestHead } from "../http/request_head.ts";
import { QuicHandshake } from "../quic/handshake.ts";
import { looksLikeInitial } from "../quic/long_header.ts";
import type { Conversations } from "./conversations.ts";
import type { EngineView } from "./engine_view.ts";
import type { Conversation, Endpoints, Flow } from "./flow.ts";
import { FLAG, FLAGS } from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";
import { reportRequest } from "./http_observer.ts";
import { TlsReporter } from "./tls_reporter.ts";

/** Finds handshake messages in datagrams: DTLS, or the Initial packets of QUIC. */
interface DatagramHandshake {
  push(
    bytes: Uint8Array,
    fromOpener: boolean,
    offset: number,
    length: number,
  ): readonly { readonly type: number; readonly body: Uint8Array }[];
  readonly held: number;
}

const QUIC_LONG_FORM = 0x80;

/** A TLS handshake over datagrams. */
class HandshakeConversation implements Conversation {
  readonly #handshake: DatagramHandshake;
  readonly #reporter: TlsReporter;
  #hellos = 0;

  constructor(handshake: DatagramHandshake, reporter: TlsReporter) {
    this.#handshake = handshake;
    this.#reporter = reporter;
  }

  get held(): number {
    return this.#handshake.held;
  }

  segment(fromOpener: boolean, packet: Packet): boolean {
    const { bytes, payloadOffset, payloadLength } = packet;
    if (!mayHoldHandshake(bytes[payloadOffset]!)) return false;
    const messages = this.#handshake.push(bytes, fromOpener, payloadOffset, payloadLength);
    for (const { type, body } of messages) this.#message(fromOpener, type, body);
    return true;
  }

  end(): void {}

  #message(fromOpener: boolean, type: number, body: Uint8Array): void {
    if (type === HANDSHAKE_TYPE.clientHello) {
      this.#reporter.clientHello(fromOpener, body, this.#hellos++);
    } else if (type === HANDSHAKE_TYPE.serverHello) {
      const hello = parseServerHello(body);
      if (hello !== undefined) this.#reporter.serverHello(fromOpener, hello);
    } else if (type === HANDSHAKE_TYPE.certificate) {
      // Only up to DTLS 1.2 is it in the clear, where it has the form of TLS 1.2.
      const chain = parseCertificateMessage(body, VERSION.tls12);
      if (chain !== undefined && chain.length > 0) this.#reporter.certificates(fromOpener, chain);
    }
  }
}

/**
 * By the first byte of a datagram: a long header of QUIC (RFC 9000 17.2), or a record of DTLS that holds no
 * application data.
 */
function mayHoldHandshake(first: number): boolean {
  return first >= QUIC_LONG_FORM ||
    first >= CONTENT_TYPE.changeCipherSpec && first <= CONTENT_TYPE.handshake;
}

function describeDhcpv4(payload: Uint8Array) {
  const message = parseDhcpv4(payload);
  if (message === undefined) return undefined;
  const { type, hostName, vendorClass } = message;
  return {
    fingerprint: ja4d(message),
    fields: { message_type: type, hostname: hostName, vendor_class: vendorClass },
  };
}

function describeDhcpv6(payload: Uint8Array) {
  const message = parseDhcpv6(payload);
  if (message === undefined) return undefined;
  const { types, vendorClass } = message;
  return {
    fingerprint: ja4d6(message),
    fields: { message_type: types[0], vendor_class: vendorClass },
  };
}

function turned(endpoints: Endpoints): Endpoints {
  const { source, sourcePort, destination, destinationPort, transport, communityId } = endpoints;
  return {
    source: destination,
    sourcePort: destinationPort,
    destination: source,
    destinationPort: sourcePort,
    transport,
    communityId,
  };
}

/** Port of SSDP, whose requests are HTTP in a datagram (UPnP Device Architecture 1.1). */
const SSDP_PORT = 1900;

/**
 * Ports of server and client (RFC 2131 4.1), and of servers that say what to start from (PXE 2.1, 2.2.3). Relays
 * may have any other (RFC 8357), and so may scanners.
 */
const DHCP_PORTS: ReadonlySet<number> = new Set([67, 68, 4011]);

/** Of both (RFC 8415 7.2): its messages have no magic number by which they could be known. */
const DHCPV6_PORTS: ReadonlySet<number> = new Set([546, 547]);

/** Looks into datagrams. */
export class DatagramObserver {
  readonly #engine: EngineView;
  readonly #flows: FlowTable;
  readonly #conversations: Conversations;

  constructor(engine: EngineView, flows: FlowTable, conversations: Conversations) {
    this.#engine = engine;
    this.#flows = flows;
    this.#conversations = conversations;
  }

  /** @param record of the datagram's flow */
  datagram(record: number, packet: Packet, fromOpener: boolean): void {
    const flags = this.#flows.words[record + FLAGS]!;
    if ((flags & FLAG.read) !== 0) this.#read(this.#flows.flow(record), packet, fromOpener);
    else this.#recognize(record, packet, fromOpener);
  }

  #read(flow: Flow, packet: Packet, fromOpener: boolean): void {
    const read = flow.conversation!.segment(fromOpener, packet);
    this.#conversations.note(flow, packet.micros, read);
  }

  #recognize(record: number, packet: Packet, fromOpener: boolean): void {
    const { bytes, payloadOffset, payloadLength, sourcePort, destinationPort } = packet;
    // A handshake may come behind other talk between the same ports, as DTLS does behind STUN.
    if (looksLikeInitial(bytes, payloadOffset, payloadLength)) {
      this.#begin(this.#flows.flow(record), new QuicHandshake(), "q", packet, fromOpener);
    } else if (looksLikeDtlsHandshake(bytes, payloadOffset, payloadLength)) {
      this.#begin(this.#flows.flow(record), new DtlsHandshake(), "d", packet, fromOpener);
    } else if (sourcePort === SSDP_PORT || destinationPort === SSDP_PORT) {
      const head = parseRequestHead(bytes.subarray(payloadOffset, payloadOffset + payloadLength));
      if (typeof head !== "string") reportRequest(this.#engine, this.#flows.flow(record), head);
    } else if (DHCP_PORTS.has(sourcePort) || DHCP_PORTS.has(destinationPort)) {
      this.#dhcp(record, packet, fromOpener, false);
    } else if (DHCPV6_PORTS.has(sourcePort) && DHCPV6_PORTS.has(destinationPort)) {
      this.#dhcp(record, packet, fromOpener, true);
    }
  }

  #begin(
    flow: Flow,
    handshake: DatagramHandshake,
    transport: "q" | "d",
    packet: Packet,
    fromOpener: boolean,
  ): void {
    const reporter = new TlsReporter(this.#engine, flow, transport);
    const conversation = new HandshakeConversation(handshake, reporter);
    this.#conversations.begin(flow, conversation, packet.micros);
    this.#read(flow, packet, fromOpener);
  }

  /** Tells of one message: each stands for itself. */
  #dhcp(record: number, packet: Packet, fromOpener: boolean, v6: boolean): void {
    const { bytes, payloadOffset, payloadLength } = packet;
    const payload = bytes.subarray(payloadOffset, payloadOffset + payloadLength);
    const described = v6 ? describeDhcpv6(payload) : describeDhcpv4(payload);
    if (described === undefined) return;
    const { fingerprint, fields } = described;
    const { endpoints } = this.#flows.flow(record);
    this.#engine.reporter.report({
      eventType: "dhcp",
      micros: packet.micros,
      packet: this.#engine.packetNumber,
      endpoints: fromOpener ? endpoints : turned(endpoints),
      fields: { ...fields, ja4d: this.#engine.ja4plus ? fingerprint : undefined },
      dedup: fingerprint,
    });
  }
}
