/** A connection to a NATS hub. Everything of NATS is loaded here, and only once it is asked for. */
import type { NatsConnection } from "@nats-io/transport-node";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { BusError } from "./bus_error.ts";
import { subjectToken } from "./subjects.ts";

/** How to connect. */
export interface BusOptions {
  /** What the hub calls this connection: verb and sensor. */
  readonly name: string;
  /** Waits for a hub that is not there yet, instead of failing. @default false */
  readonly patient?: boolean;
  /** Ends with the first loss of the hub instead of coming back. @default false */
  readonly once?: boolean;
  /** Hears that the hub went and came back. */
  readonly onStatus?: (status: "lost" | "back", server: string) => void;
}

const CONNECT_TIMEOUT_MS = 5000;

/** Between two attempts to come back. */
const RECONNECT_WAIT_MS = 1000;
const RECONNECT_JITTER_MS = 500;

/** A hub that does not answer this often in a row is gone (a dead network sends no FIN). */
const PING_INTERVAL_MS = 10_000;
const MAX_PINGS_OUT = 2;

/** Connects to the hub that it was made for. @throws {BusError} */
export type Dial = () => Promise<NatsConnection>;

/**
 * Connects to the hub, and comes back to it by itself when the connection is lost.
 *
 * @throws {BusError}
 */
export async function connectBus(
  address: BusAddress,
  options: BusOptions,
): Promise<NatsConnection> {
  const dial = await prepareBus(address, options);
  return await dial();
}

/**
 * Loads the client and reads what the address names, so that from then on the network alone is needed.
 *
 * @throws {BusError}
 */
export async function prepareBus(address: BusAddress, options: BusOptions): Promise<Dial> {
  const { connectHub, credsAuthenticator } = await import("./hub_transport.ts");
  const { files } = address;
  const place = showBusAddress(address);
  const creds = readFile(files.creds);
  const tls = address.tls ? tlsOptions(address) : undefined;
  const settings = {
    servers: [...address.servers],
    name: options.name,
    inboxPrefix: inboxPrefixOf(address),
    // A stack for each request would cost more than the request.
    noAsyncTraces: true,
    timeout: CONNECT_TIMEOUT_MS,
    waitOnFirstConnect: options.patient ?? false,
    reconnect: options.once !== true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    ignoreAuthErrorAbort: true,
    ...address.user === undefined ? {} : { user: address.user },
    ...address.password === undefined ? {} : { pass: address.password },
    ...creds === undefined ? {} : { authenticator: credsAuthenticator(creds) },
    ...tls === undefined ? {} : { tls },
  };
  return async () => {
    try {
      const connection = await connectHub(settings);
      if (options.onStatus !== undefined) void watch(connection, options.onStatus);
      return connection;
    } catch (error) {
      throw busError(place, error);
    }
  };
}

/**
 * What the subjects begin with at which answers come: an account can be kept to an inbox of its own, so
 * that it hears nothing meant for others.
 */
export function inboxPrefixOf({ user }: BusAddress): string {
  return user === undefined ? "_INBOX" : `_INBOX.${subjectToken(user)}`;
}

/** What a user can make of an error of the client. */
export function busError(place: string, error: unknown): BusError {
  if (error instanceof BusError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const text = `${place}: ${reason.split("\n")[0]!.toLowerCase()}`;
  if (/authoriz|permission|credential/i.test(reason)) {
    return new BusError(text, "creds=FILE in the address names the credentials");
  }
  if (/valid subset of the interest/i.test(reason)) {
    const hint = "?stream=NAME in the address names a stream of its own for this prefix";
    return new BusError(`${place}: the stream there is for another prefix`, hint);
  }
  if (/altname/i.test(reason)) {
    return new BusError(text, "the address has to have the name that the hub's certificate is for");
  }
  if (/certificate/i.test(reason)) {
    return new BusError(text, "ca=FILE in the address names who signed the hub's certificate");
  }
  // In TLS 1.3 (RFC 8446, 4.4.2.4) a client is told of its certificate once it has begun to write.
  if (/epipe|eperm/i.test(reason) && place.startsWith("nats+tls:")) {
    return new BusError(text, "does the hub want a certificate? cert=FILE&key=FILE in the address");
  }
  if (/refused|timeout|resolve|dns|getaddrinfo|connection|econn|epipe/i.test(reason)) {
    return new BusError(text, "is nats-server running, and is this its address?");
  }
  return new BusError(text);
}

function tlsOptions({ files }: BusAddress) {
  const ca = text(readFile(files.ca));
  const cert = text(readFile(files.cert));
  const key = text(readFile(files.key));
  return {
    ...ca === undefined ? {} : { ca },
    ...cert === undefined ? {} : { cert },
    ...key === undefined ? {} : { key },
  };
}

function readFile(path: string | undefined): Uint8Array | undefined {
  if (path === undefined) return undefined;
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    throw new BusError((error as Error).message);
  }
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** Tells when the hub goes and comes back, until the connection is closed. */
export async function watch(
  connection: NatsConnection,
  onStatus: (status: "lost" | "back", server: string) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "disconnect") onStatus("lost", status.server);
    if (status.type === "reconnect") onStatus("back", status.server);
  }
}
