/** The certificate probe: a handshake as far as the server's certificates. */
import type { Fields } from "../event/event.ts";
import { ja3s } from "../fingerprint/ja3s.ts";
import { ja4s } from "../fingerprint/ja4plus/ja4s.ts";
import { hostPort } from "../net/host_port.ts";
import { ALERT, alertName } from "../tls/alert.ts";
import {
  type CertificateHandshakeOptions,
  type CertificateHandshakeResult,
  readCertificates,
  type ServerCertificates,
} from "../tls/certificate_handshake.ts";
import type { HelloStyle } from "../tls/certificate_hello.ts";
import { versionName } from "../tls/constants.ts";
import type { HandshakeFailure } from "../tls/message_source.ts";
import { describeCertificate } from "./certificate_description.ts";
import {
  type Finding,
  type Miss,
  type Probe,
  type ProbeContext,
  ProbeFailure,
  type ProbeResult,
} from "./probe.ts";
import { targetFields } from "./target_fields.ts";

const ALPN = ["h2", "http/1.1"];

/** Reads the certificates of a TLS server, and fingerprints its ServerHello. */
export const tlscert: Probe = {
  name: "tlscert",
  brief: "certificate of a TLS server, with JA3S",
  language: "tls",
  sends: "1 connection with a ClientHello; up to 4 more where the server turns that down",
  ports: [443, 8443, 8080, 4443, 50050, 2222, 993, 995, 8888, 9001],
  priority: 200,

  async run(context: ProbeContext): Promise<ProbeResult> {
    const result = await ask(context);
    return result.kind === "certificates" ? await toFinding(context, result) : toMiss(result);
  },
};

/** Asks with the modern hello, and again in other words as long as the server turns it down. */
async function ask(context: ProbeContext): Promise<CertificateHandshakeResult> {
  const failures: HandshakeFailure[] = [];
  let attempt: CertificateHandshakeOptions | undefined = firstAttempt(context);
  while (attempt !== undefined) {
    try {
      const result = await askOnce(context, attempt);
      if (result.kind === "certificates") return result;
      failures.push(result);
      attempt = nextAttempt(attempt, result);
    } catch (error) {
      if (failures.length === 0 || !isSilence(error)) throw error;
      // What the server said before tells more than that it stopped answering.
      break;
    }
  }
  return failures.find(({ kind }) => kind === "alert") ?? failures.at(-1)!;
}

function isSilence(error: unknown): boolean {
  return error instanceof ProbeFailure &&
    error.outcome !== "interrupted" && error.outcome !== "local_error";
}

async function askOnce(
  context: ProbeContext,
  attempt: CertificateHandshakeOptions,
): Promise<CertificateHandshakeResult> {
  const connection = await context.connect();
  try {
    return await readCertificates(connection, attempt);
  } catch (error) {
    if (error instanceof ProbeFailure && error.outcome === "closed") return { kind: "closed" };
    throw error;
  } finally {
    connection.close();
  }
}

function firstAttempt({ target }: ProbeContext): CertificateHandshakeOptions {
  return {
    style: "modern",
    // RFC 6066 3: a name without the dot that ends it in DNS, and never an address.
    serverName: target.named ? target.host.replace(/\.$/, "") : undefined,
    alpn: ALPN,
  };
}

const NEXT_STYLE: Readonly<Record<HelloStyle, HelloStyle | undefined>> = {
  modern: "tls12",
  tls12: "tls10",
  tls10: undefined,
};

/** What to change after a refusal; undefined when there is nothing more to try. */
function nextAttempt(
  attempt: CertificateHandshakeOptions,
  failure: HandshakeFailure,
): CertificateHandshakeOptions | undefined {
  if (failure.kind !== "alert" && failure.kind !== "closed") return undefined;
  const description = failure.kind === "alert" ? failure.description : undefined;
  if (description === ALERT.unrecognizedName && attempt.serverName !== undefined) {
    return { ...attempt, serverName: undefined };
  }
  if (description === ALERT.noApplicationProtocol && attempt.alpn.length > 0) {
    return { ...attempt, alpn: [] };
  }
  const style = NEXT_STYLE[attempt.style];
  return style === undefined ? undefined : { ...attempt, style };
}

function toMiss(failure: HandshakeFailure): Miss {
  switch (failure.kind) {
    case "alert":
      return { outcome: "handshake_error", detail: `alert ${alertName(failure.description)}` };
    case "not_tls":
      return { outcome: "not_tls", detail: "answered a ClientHello with something else" };
    case "protocol_error":
      return { outcome: "protocol_error", detail: failure.detail };
    case "closed":
      return { outcome: "closed", detail: "hung up during the handshake" };
  }
}

async function toFinding(context: ProbeContext, result: ServerCertificates): Promise<Finding> {
  const certificate = await describeCertificate(result.chain[0]!, context.ja4plus);
  const { sha256, commonName } = certificate;
  const server = hostPort(context.target.address, context.port);
  return {
    outcome: "ok",
    eventType: "tls_certificate",
    hash: sha256,
    fields: {
      ...targetFields(context),
      ...certificate.fields,
      ...handshakeFields(result, context.ja4plus),
    },
    lines: certificate.lines,
    msg: `TLS cert ${server} CN=${commonName} sha256=${sha256.slice(0, 16)}...`,
  };
}

/** What the handshake says about the server. */
function handshakeFields(result: ServerCertificates, ja4plus: boolean): Fields {
  const { chain, serverHello, alpn } = result;
  const fingerprint = ja3s(serverHello);
  return {
    chain_length: chain.length,
    tls_version: versionName(serverHello.version),
    tls_cipher: `0x${serverHello.cipherSuite.toString(16).padStart(4, "0")}`,
    ...(alpn === undefined ? {} : { alpn }),
    ja3s: fingerprint.ja3s,
    ja3s_raw: fingerprint.ja3sRaw,
    ...(ja4plus ? { ja4s: ja4s(serverHello).ja4s } : {}),
  };
}
