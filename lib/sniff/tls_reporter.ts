/** The events of a TLS handshake over TCP. */
import type { FieldPart } from "../event/joined_event.ts";
import { FieldNames } from "../event/named_fields.ts";
import { SharedFields } from "../event/shared_fields.ts";
import type { Ja4Transport } from "../fingerprint/ja4.ts";
import { ja4l } from "../fingerprint/ja4plus/ja4l.ts";
import type { ServerHello } from "../tls/server_hello.ts";
import { certificateFacts } from "./certificate_facts.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { type ClientHelloFacts, clientHelloFacts, serverHelloFacts } from "./hello_facts.ts";
import { isNews, tell } from "./report.ts";
import type { TlsObserver } from "./tls_analyzer.ts";

const NOTHING = new SharedFields({});

const LATENCY = new FieldNames("client_rtt_us", "client_ttl", "ja4l_c", "ja4l_s");

/** Makes the events of one handshake. */
export class TlsReporter implements TlsObserver {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #transport: Ja4Transport;
  #hello: ClientHelloFacts | undefined;

  constructor(engine: EngineView, flow: Flow, transport: Ja4Transport = "t") {
    this.#engine = engine;
    this.#flow = flow;
    this.#transport = transport;
  }

  clientHello(fromOpener: boolean, body: Uint8Array, index: number): void {
    const hello = clientHelloFacts(body, this.#transport);
    if (hello === undefined) return;
    // Whoever sends the first ClientHello is the client, whatever was guessed.
    const flow = this.#flow;
    if (fromOpener === flow.turned && !flow.opened && index === 0) flow.turn();
    this.#hello = hello;
    const engine = this.#engine;
    const type = this.#transport === "q" ? "quic_client_hello" : "tls_client_hello";
    if (!isNews(engine, flow, type, hello.name)) return;
    const again = index > 0 ? { hello_index: index } : NOTHING;
    tell(engine, flow, type, [hello.own, again, this.#latency()]);
  }

  serverHello(fromOpener: boolean, hello: ServerHello): void {
    const server = serverHelloFacts(hello, this.#transport, this.#engine.ja4plus);
    const client = this.#hello;
    const engine = this.#engine;
    const flow = this.#flow;
    // Where no ClientHello says who is the client, it is not whoever answers.
    if (client === undefined && fromOpener !== flow.turned && !flow.openerKnown) flow.turn();
    if (!isNews(engine, flow, "tls_session", `${client?.name} ${server.name}`)) return;
    const repeated = client?.repeated ?? NOTHING;
    tell(engine, flow, "tls_session", [server.fields, repeated, this.#latency()]);
  }

  certificates(_fromOpener: boolean, chain: readonly Uint8Array[]): void {
    const all = chain.map(certificateFacts);
    const leaf = all[0]!;
    const engine = this.#engine;
    if (!isNews(engine, this.#flow, "tls_certificate", leaf.sha256)) return;
    const fingerprints = engine.ja4plus
      ? all.flatMap(({ ja4x }) => ja4x === undefined ? [] : [ja4x])
      : [];
    tell(engine, this.#flow, "tls_certificate", [{
      subject_cn: leaf.commonName,
      subject_dn: leaf.subject,
      issuer: leaf.issuer,
      not_before: leaf.notBefore,
      not_after: leaf.notAfter,
      serial: leaf.serial,
      sans: leaf.alternativeNames,
      cert_sha256: leaf.sha256,
      chain_sha256: all.length > 1 ? all.map(({ sha256 }) => sha256) : undefined,
      chain_length: all.length,
      ja4x: fingerprints[0],
      ja4x_chain: fingerprints.length > 1 ? fingerprints : undefined,
      sni: this.#hello?.sni,
      parse_error: leaf.readable ? undefined : true,
    }]);
  }

  /** Round-trip times of the TCP handshake, as plain facts and as JA4L. */
  #latency(): FieldPart {
    if (!this.#flow.timed) return NOTHING;
    const { synAckMicros, ackMicros, openerTtl } = this.#flow;
    const distances = this.#engine.ja4plus ? ja4l(this.#flow) : undefined;
    return LATENCY.of(
      ackMicros - synAckMicros,
      openerTtl,
      distances?.client,
      distances?.server,
    );
  }
}
