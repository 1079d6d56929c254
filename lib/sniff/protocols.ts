/** Finds out what a TCP connection speaks, and who then reads it. */
import { isKnownRequest, isRequest } from "../http/request_head.ts";
import { clientHelloAt, serverRecordAt } from "../proxy/tls_start.ts";
import { isIdentification } from "../ssh/identification.ts";
import { isKexInitStart } from "../ssh/kexinit_start.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "../tls/constants.ts";
import type { Analyzer } from "./analyzer.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { HttpObserver } from "./http_observer.ts";
import type { Recognition, Recognized, Recognizer } from "./recognizing_analyzer.ts";
import { SealedRequests } from "./sealed_requests.ts";
import { SideTalk } from "./side_talk.ts";
import { SshAnalyzer } from "./ssh_analyzer.ts";
import { SshObserver } from "./ssh_observer.ts";
import { TlsAnalyzer } from "./tls_analyzer.ts";
import { TlsReporter } from "./tls_reporter.ts";

/** No request, identification, packet or hello is shorter. */
const SHORTEST_BEGINNING = 6;

const UPPER_A = 0x41;
const UPPER_Z = 0x5a;

/** Recognizes what is spoken between the ends of a flow. */
export class ProtocolRecognizer implements Recognizer {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  /** HTTP is read by somebody else. */
  readonly #inTunnel: boolean;
  #opener: SideTalk;
  #responder: SideTalk;

  constructor(engine: EngineView, flow: Flow, inTunnel = false) {
    this.#engine = engine;
    this.#flow = flow;
    this.#inTunnel = inTunnel;
    const fromStart = inTunnel || flow.openerKnown;
    this.#opener = new SideTalk(fromStart);
    this.#responder = new SideTalk(fromStart);
  }

  recognize(opener: Uint8Array, responder: Uint8Array): Recognition {
    this.#opener.hear(opener);
    this.#responder.hear(responder);
    const straight = this.#recognize(this.#opener, this.#responder);
    if (typeof straight === "object") return straight;
    if (this.#inTunnel || this.#flow.openerKnown) {
      // Who sends the first hello need not be who opened.
      return hasHello(this.#responder, this.#opener) ? from(this.#tls()) : straight;
    }
    // Who opened was guessed by the ports: what is said knows better.
    const turned = this.#recognize(this.#responder, this.#opener);
    if (typeof turned === "object") return turnAround(turned);
    return straight === "undecided" ? straight : turned;
  }

  begins(bytes: Uint8Array): boolean {
    return mayBegin(bytes, 0, bytes.length);
  }

  forget(fromOpener: boolean): void {
    if (fromOpener) this.#opener = new SideTalk(false);
    else this.#responder = new SideTalk(false);
  }

  /** What both sides speak, given who is the client. */
  #recognize(client: SideTalk, server: SideTalk): Recognition {
    if (client.isSsh || server.isSsh || server.isLateSsh) return from(this.#ssh());
    if (hasHello(client, server)) return from(this.#tls());
    if (client.isRequest || server.isResponse) {
      return this.#inTunnel ? "unknown" : from(this.#http());
    }
    const { proxyEnd } = client;
    const inner = client.bytes.subarray(proxyEnd);
    if (proxyEnd > 0 && isIdentification(inner)) {
      return from(this.#ssh(), proxyEnd, server.sshOffset);
    }
    if (proxyEnd > 0 && !this.#inTunnel && isRequest(inner)) {
      return from(this.#http(), proxyEnd, server.bytes.length);
    }
    return this.#recognizePreamble(client, server);
  }

  /** TLS that begins behind some talk in the clear: STARTTLS, a proxy. */
  #recognizePreamble(client: SideTalk, server: SideTalk): Recognition {
    // Only the server was captured, or the client has not spoken yet.
    const silent = client.bytes.length === 0;
    switch (silent ? server.serverPreamble() : client.clientPreamble()) {
      case "tls":
        return from(this.#tls(), silent ? 0 : client.clientHelloOffset);
      case "no":
        return !this.#inTunnel && client.mayRequest ? "undecided" : "unknown";
      case "need_more":
        // The client's hello was lost, or is captured late.
        return !silent && server.serverPreamble() === "tls" ? from(this.#tls()) : "undecided";
    }
  }

  #tls(): Analyzer {
    const reporter = new TlsReporter(this.#engine, this.#flow);
    const { secrets } = this.#engine;
    if (secrets === undefined) return new TlsAnalyzer(reporter);
    const content = new SealedRequests(this.#engine, this.#flow);
    return new TlsAnalyzer(reporter, { secrets, content });
  }

  #ssh(): Analyzer {
    return new SshAnalyzer(new SshObserver(this.#engine, this.#flow));
  }

  #http(): Analyzer {
    return new HttpObserver(this.#engine, this.#flow, recognizerInTunnel);
  }
}

/**
 * True when a segment may start something that is read here, in a connection of which nothing is known or
 * nothing was wanted. Hardly any does, and the first byte shows it.
 */
export function mayBegin(bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < SHORTEST_BEGINNING) return false;
  const first = bytes[offset]!;
  const second = bytes[offset + 1]!;
  if (first === CONTENT_TYPE.handshake) {
    const end = offset + length;
    return clientHelloAt(bytes, offset, end) === "tls" ||
      serverRecordAt(bytes, offset, end) === "tls";
  }
  if (first === 0) {
    return second === 0 && isKexInitStart(bytes.subarray(offset, offset + length));
  }
  if (!isUpper(first) || !isUpper(second)) return false;
  const payload = bytes.subarray(offset, offset + length);
  return isIdentification(payload) || isKnownRequest(payload);
}

function isUpper(byte: number): boolean {
  return byte >= UPPER_A && byte <= UPPER_Z;
}

function recognizerInTunnel(engine: EngineView, flow: Flow): Recognizer {
  return new ProtocolRecognizer(engine, flow, true);
}

function from(analyzer: Analyzer, openerSkip = 0, responderSkip = 0): Recognized {
  return { analyzer, openerSkip, responderSkip, turned: false };
}

function turnAround({ analyzer, openerSkip, responderSkip }: Recognized): Recognized {
  return { analyzer, openerSkip: responderSkip, responderSkip: openerSkip, turned: true };
}

function hasHello(client: SideTalk, server: SideTalk): boolean {
  return client.helloType === HANDSHAKE_TYPE.clientHello ||
    server.helloType === HANDSHAKE_TYPE.serverHello;
}
