/** One request for one resource, on a connection of its own. */
import { hostPort } from "../net/host_port.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { HttpResponseReader, type ReceivedResponse } from "../http/response_reader.ts";
import type { Connection } from "./connection.ts";
import { opensTls, openTls } from "./http_tls.ts";
import { PatientReader } from "./patient_reader.ts";
import { type Miss, type ProbeContext, ProbeFailure, type ProbeTarget } from "./probe.ts";

/** How a web server is spoken to. */
export type Scheme = "http" | "https";

/**
 * Who we say we are: no browser. The name of the program would tell an attacker, in the log of his
 * own server, what the machine is that he has been at.
 */
const USER_AGENT = "Mozilla/5.0 (compatible)";

const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** A response, and how it was fetched. */
export interface Fetched extends ReceivedResponse {
  readonly outcome: "ok";
  readonly scheme: Scheme;
}

/** What became of a request. */
export type Exchange = Fetched | (Miss & { readonly spokeTls?: boolean });

/** How to ask. */
export interface ExchangeOptions {
  readonly scheme: Scheme;
  /** Path and query, in ASCII without spaces. */
  readonly path: string;
  /** Milliseconds within which a TLS server must have said something. @default no limit */
  readonly patience?: number;
}

/**
 * Asks for one resource. A response whose body does not end in half of the time that is left is
 * taken without the rest of it: what a server says in its head is worth more than silence.
 *
 * @throws {ProbeFailure} as connections do
 */
export async function exchange(
  context: ProbeContext,
  { scheme, path, patience = Infinity }: ExchangeOptions,
): Promise<Exchange> {
  const connection = await open(context, scheme, patience);
  try {
    await connection.write(request(context, scheme, path));
    return await readResponse(context, scheme, connection);
  } finally {
    connection.close();
  }
}

/** Host and port as they stand in a URL. */
export function authority({ target, port }: ProbeContext, scheme: Scheme): string {
  // A zone of an IPv6 address is this machine's own affair (RFC 6874 4).
  const host = serverName(target) ?? target.host.replace(/%.*$/, "");
  const both = hostPort(host, port);
  return port === DEFAULT_PORTS[scheme] ? both.slice(0, both.lastIndexOf(":")) : both;
}

/** A DNS name without the dot that ends it (RFC 6066 3); undefined for addresses. */
function serverName({ host, named }: ProbeTarget): string | undefined {
  return named ? host.replace(/\.$/, "") : undefined;
}

async function open(context: ProbeContext, scheme: Scheme, patience: number): Promise<Connection> {
  const connection = await context.connect();
  if (scheme === "http") return connection;
  return await openTls(connection, { serverName: serverName(context.target), patience });
}

function request(context: ProbeContext, scheme: Scheme, path: string): Uint8Array {
  return latin1Bytes([
    `GET ${path} HTTP/1.1`,
    `Host: ${authority(context, scheme)}`,
    `User-Agent: ${USER_AGENT}`,
    "Accept: */*",
    // Nothing that would have to be unpacked.
    "Accept-Encoding: identity",
    "Connection: close",
    "\r\n",
  ].join("\r\n"));
}

async function readResponse(
  context: ProbeContext,
  scheme: Scheme,
  connection: Connection,
): Promise<Exchange> {
  const reader = new HttpResponseReader();
  let spokeTls: boolean | undefined;
  while (reader.state === "head") {
    const bytes = await connection.read();
    if (bytes === undefined) return { outcome: "closed", detail: hungUp(spokeTls) };
    spokeTls ??= opensTls(bytes);
    reader.push(bytes);
  }
  if (reader.state === "not_http") {
    const detail = "answered a request with something else";
    return { outcome: "not_http", detail, spokeTls: spokeTls === true };
  }
  if (reader.state === "malformed") {
    return { outcome: "protocol_error", detail: "a head without status, or without an end" };
  }
  await readBody(context, connection, reader);
  return { outcome: "ok", scheme, ...reader.received()! };
}

/** @param spokeTls undefined when the server has said nothing */
function hungUp(spokeTls: boolean | undefined): string {
  return spokeTls === undefined ? "hung up on a request" : "hung up within the head of its answer";
}

async function readBody(
  context: ProbeContext,
  connection: Connection,
  reader: HttpResponseReader,
): Promise<void> {
  const incoming = new PatientReader(connection);
  const reserve = context.remaining() / 2;
  while (reader.state === "body") {
    const patience = context.remaining() - reserve;
    if (patience <= 0) return;
    try {
      const bytes = await incoming.read(patience);
      if (bytes === "silent") return;
      if (bytes === undefined) reader.end();
      else reader.push(bytes);
    } catch (error) {
      // Reset, or out of time: the head is worth telling all the same.
      if (error instanceof ProbeFailure && error.outcome !== "interrupted") return;
      throw error;
    }
  }
}
