/** What datagrams carry: QUIC and DTLS handshakes, DHCP. */
import { DtlsHandshake, looksLikeDtlsHandshake } from "../tls/dtls.ts";
import { parseCertificateMessage } from "../tls/certificate_message.ts";
import { HANDSHAKE_TYPE, VERSION } from "../tls/constants.ts";
import { parseServerHello } from "../tls/server_hello.ts";
import type { Packet } from "../net/packet.ts";
import { parseDhcpv4 } from "../dhcp/dhcpv4.ts";
import { parseDhcpv6 } from "../dhcp/dhcpv6.ts";
import { ja4d, ja4d6 } from "../fingerprint/ja4plus/ja4d.ts";
import { parseRequestHead } from "../http/request_head.ts";
import { QuicHandshake } from "../quic/handshake.ts";
import { looksLikeInitial } from "../quic/long_header.ts";
import type { EngineView } from "./engine_view.ts";
import type { Conversation, Endpoints, Flow } from "./flow.ts";
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
}

/** A TLS handshake over datagrams. */
class HandshakeConversation implements Conversation {
  readonly #handshake: DatagramHandshake;
  readonly #reporter: TlsReporter;
  #hellos = 0;

  constructor(handshake: DatagramHandshake, reporter: TlsReporter) {
    this.#handshake = handshake;
    this.#reporter = reporter;
  }

  segment(fromOpener: boolean, packet: Packet): void {
    const { bytes, payloadOffset, payloadLength } = packet;
    const messages = this.#handshake.push(bytes, fromOpener, payloadOffset, payloadLength);
    for (const { type, body } of messages) this.#message(fromOpener, type, body);
  }

  acknowledgement(): void {}

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

/** Messages of DHCP and DHCPv6, each for itself. */
class DhcpConversation implements Conversation {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #v6: boolean;

  constructor(engine: EngineView, flow: Flow, v6: boolean) {
    this.#engine = engine;
    this.#flow = flow;
    this.#v6 = v6;
  }

  segment(fromOpener: boolean, packet: Packet): void {
    const { bytes, payloadOffset, payloadLength } = packet;
    const payload = bytes.subarray(payloadOffset, payloadOffset + payloadLength);
    const described = this.#v6 ? describeDhcpv6(payload) : describeDhcpv4(payload);
    if (described === undefined) return;
    const { fingerprint, fields } = described;
    const { endpoints } = this.#flow;
    this.#engine.reporter.report({
      eventType: "dhcp",
      micros: packet.micros,
      packet: this.#engine.packetNumber,
      endpoints: fromOpener ? endpoints : turned(endpoints),
      fields: { ...fields, ja4d: this.#engine.ja4plus ? fingerprint : undefined },
      dedup: fingerprint,
    });
  }

  acknowledgement(): void {}

  end(): void {}
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
  const { source, sourcePort, destination, destinationPort } = endpoints;
  return {
    ...endpoints,
    source: destination,
    sourcePort: destinationPort,
    destination: source,
    destinationPort: sourcePort,
  };
}

/** Requests of SSDP, which are HTTP in a datagram (UPnP Device Architecture 1.1). */
class SsdpConversation implements Conversation {
  readonly #engine: EngineView;
  readonly #flow: Flow;

  constructor(engine: EngineView, flow: Flow) {
    this.#engine = engine;
    this.#flow = flow;
  }

  segment(_fromOpener: boolean, packet: Packet): void {
    const { bytes, payloadOffset, payloadLength } = packet;
    const head = parseRequestHead(bytes.subarray(payloadOffset, payloadOffset + payloadLength));
    if (typeof head !== "string") reportRequest(this.#engine, this.#flow, head);
  }

  acknowledgement(): void {}

  end(): void {}
}

const SSDP_PORT = 1900;

/** Server and client ports (RFC 2131 4.1, RFC 8415 7.2). */
const DHCP_PORTS: ReadonlySet<number> = new Set([67, 68]);
const DHCPV6_PORTS: ReadonlySet<number> = new Set([546, 547]);

/** Looks into datagrams. */
export class DatagramObserver {
  readonly #engine: EngineView;

  constructor(engine: EngineView) {
    this.#engine = engine;
  }

  datagram(flow: Flow, packet: Packet, fromOpener: boolean): void {
    // A handshake may come behind other talk between the same ports, as DTLS does behind STUN.
    const { bytes, payloadOffset, payloadLength } = packet;
    flow.conversation ??= this.#recognize(flow, bytes, payloadOffset, payloadLength);
    flow.conversation?.segment(fromOpener, packet);
  }

  #recognize(flow: Flow, bytes: Uint8Array, offset: number, length: number): Conversation | null {
    if (looksLikeInitial(bytes, offset, length)) {
      return new HandshakeConversation(
        new QuicHandshake(),
        new TlsReporter(this.#engine, flow, "q"),
      );
    }
    if (looksLikeDtlsHandshake(bytes, offset, length)) {
      return new HandshakeConversation(
        new DtlsHandshake(),
        new TlsReporter(this.#engine, flow, "d"),
      );
    }
    if (flow.aPort === SSDP_PORT || flow.bPort === SSDP_PORT) {
      return new SsdpConversation(this.#engine, flow);
    }
    const dhcp = DHCP_PORTS.has(flow.aPort) && DHCP_PORTS.has(flow.bPort);
    const dhcpv6 = DHCPV6_PORTS.has(flow.aPort) && DHCPV6_PORTS.has(flow.bPort);
    return dhcp || dhcpv6 ? new DhcpConversation(this.#engine, flow, dhcpv6) : null;
  }
}
