/** Finds out what a TCP connection speaks, and who then reads it. */
import { lineState, requestStart } from "../http/request_head.ts";
import { ClientTlsPreamble } from "../proxy/tls_preamble.ts";
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
    if (startsWithSsh(opener) || startsWithSsh(responder)) {
      return { analyzer: new SshAnalyzer(new SshObserver(engine, flow)), skip: 0 };
    }
    const tls = () => new TlsAnalyzer(new TlsReporter(engine, flow));
    // Who sends the first hello need not be who opened, nor has the opener's side been captured.
    if (isTlsStart(opener, 0) || isTlsStart(responder, 0)) return { analyzer: tls(), skip: 0 };
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

function isTlsStart(bytes: Uint8Array, at: number): boolean {
  return bytes.length - at >= HELLO_START && bytes[at] === 0x16 && bytes[at + 1] === 3 &&
    (bytes[at + 5] === 1 || bytes[at + 5] === 2);
}

function startsWithSsh(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x53 && bytes[1] === 0x53 && bytes[2] === 0x48 &&
    bytes[3] === 0x2d;
}

function isHttp(opener: Uint8Array): boolean {
  return opener.length > 0 && lineState(opener, requestStart(opener)) === "request";
}
