/** The web server probe: the page at `/` and the icon of the site. */
import { type HttpResponse, responseValue } from "../http/response.ts";
import { responseHints } from "../http/response_page.ts";
import { type Exchange, exchange, type Fetched, type Scheme } from "./http_exchange.ts";
import { webServerFinding } from "./http_finding.ts";
import { fetchIcon } from "./http_icon.ts";
import {
  type Miss,
  type Probe,
  type ProbeContext,
  ProbeFailure,
  type ProbeResult,
} from "./probe.ts";

/** Ports on which TLS is tried first. */
const TLS_PORTS: ReadonlySet<number> = new Set([443, 4443, 8443, 9443]);

/** Fingerprints a web server by its answer to a request for `/`, over TLS where it speaks that. */
export const http: Probe = {
  name: "http",
  brief: "web server: headers, title, icon",
  language: "http",
  sends: "2 connections with a GET each; 1 more to tell TLS from plain HTTP",
  ports: [80, 443, 8080, 8443, 8000, 8888, 4443, 3000, 5000, 9000],
  priority: 250,

  async run(context: ProbeContext): Promise<ProbeResult> {
    const page = await (TLS_PORTS.has(context.port) ? tlsFirst(context) : plainFirst(context));
    if (page.outcome !== "ok") return page;
    if (isPassing(page.response)) {
      return {
        outcome: "handshake_error",
        detail: `would not answer now: ${page.response.status}`,
      };
    }
    const { title, icon } = responseHints(page.response, page.body);
    return webServerFinding(context, page, title, await fetchIcon(context, page.scheme, icon));
  },
};

/** True for answers that tell to come again later: their form says nothing about the server's. */
function isPassing(response: HttpResponse): boolean {
  // RFC 9110 15.5.9 and 15.6.4, RFC 6585 4. Without a time, 503 may be all that a proxy ever says.
  return response.status === 408 || response.status === 429 ||
    (response.status === 503 && responseValue(response, "retry-after") !== undefined);
}

async function plainFirst(context: ProbeContext): Promise<Fetched | Miss> {
  const plain = await ask(context, "http");
  if (!mayWantTls(plain)) return plain;
  const inside = await askAgain(context, "https");
  // A timeout too: it leaves open which answer there will be to compare with on other days.
  if (inside.outcome === "ok" || inside.outcome === "timeout") return inside;
  return plain.outcome !== "ok" && inside.outcome === "handshake_error" ? inside : plain;
}

/** True for answers that TLS servers give to a request in the clear; 400 is that of many. */
function mayWantTls(answer: Exchange): boolean {
  if (answer.outcome === "ok") return answer.response.status === 400;
  return answer.outcome === "closed" || answer.spokeTls === true;
}

async function tlsFirst(context: ProbeContext): Promise<Fetched | Miss> {
  // Some servers wait for the end of a line in a ClientHello: time is left to ask otherwise.
  const inside = await ask(context, "https", context.remaining() / 2);
  if (!["not_tls", "closed", "timeout"].includes(inside.outcome)) return inside;
  const plain = await askAgain(context, "http");
  const isTold = plain.outcome === "ok" || plain.outcome === "not_http";
  return isTold || inside.outcome === "not_tls" ? plain : inside;
}

/** Asks for `/`; a connection that breaks on the way is an answer too. */
async function ask(context: ProbeContext, scheme: Scheme, patience?: number): Promise<Exchange> {
  try {
    const limit = patience === undefined ? {} : { patience };
    return await exchange(context, { scheme, path: "/", ...limit });
  } catch (error) {
    if (!(error instanceof ProbeFailure) || !isAnswer(error.outcome)) throw error;
    return { outcome: error.outcome, detail: error.detail };
  }
}

function isAnswer(outcome: Miss["outcome"]): boolean {
  return ["closed", "not_tls", "handshake_error", "protocol_error", "timeout"].includes(outcome);
}

/** Asks in the other way, after the first has told that the port is open. */
async function askAgain(context: ProbeContext, scheme: Scheme): Promise<Exchange> {
  try {
    return await ask(context, scheme);
  } catch (error) {
    if (!(error instanceof ProbeFailure) || error.outcome !== "refused") throw error;
    return { outcome: "closed", detail: "refused a second connection" };
  }
}
