/** Finds out what a TCP connection speaks, and who then reads it. */
import { lineState, requestStart } from "../http/request_head.ts";
import { ClientTlsPreamble } from "../proxy/tls_preamble.ts";
import { isIdentification } from "../ssh/identification.ts";
import { CONTENT_TYPE, HANDSHAKE_TYPE } from "../tls/constants.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { HttpObserver } from "./http_observer.ts";
import { SshAnalyzer } from "./ssh_analyzer.ts";
import { SshObserver } from "./ssh_observer.ts";
import type { Recognition, Recognizer } from "./tcp_conversation.ts";
import { TlsAnalyzer } from "./tls_analyzer.ts";
import { TlsReporter } from "./tls_reporter.ts";

/** Bytes that tell TLS from anything else: record header and handshake type. */
const HELLO_START = 6;

/** The recognizer for one connection. */
export function observeConversation(engine: EngineView, flow: Flow): Recognizer {
  return (opener, responder) => {
    if (isIdentification(opener) || isIdentification(responder)) {
      return { analyzer: new SshAnalyzer(new SshObserver(engine, flow)), skip: 0 };
    }
    const tls = () => new TlsAnalyzer(new TlsReporter(engine, flow));
    // Who sends the first hello need not be who opened, nor has the opener's side been captured.
    if (isTlsStart(opener) || isTlsStart(responder)) return { analyzer: tls(), skip: 0 };
    if (isHttp(opener)) return { analyzer: new HttpObserver(engine, flow), skip: 0 };
    return behindPreamble(opener, tls);
  };
}

/** TLS that begins behind some talk in the clear: STARTTLS, a proxy. */
function behindPreamble(opener: Uint8Array, tls: () => TlsAnalyzer): Recognition {
  const preamble = new ClientTlsPreamble();
  switch (preamble.push(opener)) {
    case "tls":
      return { analyzer: tls(), skip: preamble.tlsOffset };
    case "no":
      return "unknown";
    case "need_more":
      return "undecided";
  }
}

function isTlsStart(bytes: Uint8Array): boolean {
  return bytes.length >= HELLO_START && bytes[0] === CONTENT_TYPE.handshake && bytes[1] === 3 &&
    (bytes[5] === HANDSHAKE_TYPE.clientHello || bytes[5] === HANDSHAKE_TYPE.serverHello);
}

function isHttp(opener: Uint8Array): boolean {
  return opener.length > 0 && lineState(opener, requestStart(opener)) === "request";
}
