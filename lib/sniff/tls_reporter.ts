/** The events of a TLS handshake over TCP. */
import { ja3 } from "../fingerprint/ja3.ts";
import { ja3s } from "../fingerprint/ja3s.ts";
import { Ja4, type Ja4Transport } from "../fingerprint/ja4.ts";
import { ja4l } from "../fingerprint/ja4plus/ja4l.ts";
import { ja4s } from "../fingerprint/ja4plus/ja4s.ts";
import {
  asciiText,
  type ClientHello,
  offeredVersion,
  parseClientHello,
  resumptionOffers,
} from "../tls/client_hello.ts";
import { versionName } from "../tls/constants.ts";
import { chosenAlpn, type ServerHello } from "../tls/server_hello.ts";
import { certificateFacts } from "./certificate_facts.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { report } from "./report.ts";
import type { TlsObserver } from "./tls_analyzer.ts";

/** Makes the events of one handshake. */
export class TlsReporter implements TlsObserver {
  readonly #engine: EngineView;
  readonly #flow: Flow;
  readonly #transport: Ja4Transport;
  #hello: ClientHelloFields | undefined;

  constructor(engine: EngineView, flow: Flow, transport: Ja4Transport = "t") {
    this.#engine = engine;
    this.#flow = flow;
    this.#transport = transport;
  }

  clientHello(fromOpener: boolean, body: Uint8Array, index: number): void {
    const hello = parseClientHello(body, this.#transport === "d" ? "dtls" : "tls");
    if (hello === undefined) return;
    // Whoever sends the first ClientHello is the client, whatever was guessed.
    const flow = this.#flow;
    if (fromOpener === flow.turned && !flow.opened && index === 0) flow.turn();
    const fields = this.#hello = clientHelloFields(hello, this.#transport);
    report(
      this.#engine,
      this.#flow,
      this.#transport === "q" ? "quic_client_hello" : "tls_client_hello",
      () => ({
        ...fields,
        resumption: orAbsent(resumptionOffers(hello)),
        hello_index: index > 0 ? index : undefined,
        ...this.#latency(),
      }),
      `${fields.ja3} ${fields.ja4}`,
    );
  }

  serverHello(_fromOpener: boolean, hello: ServerHello): void {
    const { ja4plus } = this.#engine;
    const server = ja3s(hello);
    const ja4sFields = ja4plus ? ja4s(hello, this.#transport) : undefined;
    const alpn = chosenAlpn(hello.extensions);
    const client = this.#hello;
    report(this.#engine, this.#flow, "tls_session", () => ({
      ja3s: server.ja3s,
      ja3s_raw: server.ja3sRaw,
      ja4s: ja4sFields?.ja4s,
      ja4s_raw: ja4sFields?.ja4sRaw,
      tls_version: versionName(hello.version),
      tls_cipher: `0x${hello.cipherSuite.toString(16).padStart(4, "0")}`,
      alpn_chosen: alpn && asciiText(alpn),
      retry_request: hello.retryRequest ? true : undefined,
      ja3: client?.ja3,
      ja4: client?.ja4,
      sni: client?.sni,
      alpn: client?.alpn,
      ...this.#latency(),
    }), `${client?.ja3} ${client?.ja4} ${server.ja3s} ${ja4sFields?.ja4s}`);
  }

  certificates(_fromOpener: boolean, chain: readonly Uint8Array[]): void {
    const all = chain.map(certificateFacts);
    const leaf = all[0]!;
    report(this.#engine, this.#flow, "tls_certificate", () => {
      const fingerprints = this.#engine.ja4plus
        ? all.flatMap(({ ja4x }) => ja4x === undefined ? [] : [ja4x])
        : [];
      return {
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
      };
    }, leaf.sha256);
  }

  /** Round-trip times of the TCP handshake, as plain facts and as JA4L. */
  #latency() {
    const { synAckMicros, ackMicros, openerTtl } = this.#flow;
    if (!this.#flow.timed) return {};
    const distances = this.#engine.ja4plus ? ja4l(this.#flow) : undefined;
    return {
      client_rtt_us: ackMicros - synAckMicros,
      client_ttl: openerTtl,
      ja4l_c: distances?.client,
      ja4l_s: distances?.server,
    };
  }
}

/** The part of a hello that its session repeats. */
interface ClientHelloFields {
  readonly ja3: string;
  readonly ja3_raw: string;
  readonly ja4: string;
  readonly ja4_r: string;
  readonly tls_version: string;
  readonly sni: string | undefined;
  readonly alpn: readonly string[] | undefined;
}

function clientHelloFields(hello: ClientHello, transport: Ja4Transport): ClientHelloFields {
  const three = ja3(hello);
  const four = new Ja4(hello, transport);
  return {
    ja3: three.ja3,
    ja3_raw: three.ja3Raw,
    ja4: four.ja4,
    ja4_r: four.ja4Raw,
    tls_version: versionName(offeredVersion(hello)),
    sni: hello.serverName || undefined,
    alpn: orAbsent(hello.alpn.map((protocol) => asciiText(protocol))),
  };
}

function orAbsent<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
