/** Addresses of a NATS hub: `nats://hub`, `nats+tls://user@hub1,hub2:4223/decnet.edge?creds=FILE`. */
import { withoutSecrets } from "../text/without_secrets.ts";

/** Where the bus is, and what of it is meant. */
export interface BusAddress {
  /** `host:port` of each server, any of which will do. */
  readonly servers: readonly string[];
  readonly tls: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** What stands behind the servers: a prefix of subjects, or a bucket; empty for the usual one. */
  readonly path: string;
  /** Name of the stream, where it is not the usual one. */
  readonly stream: string | undefined;
  /** Copies of what is made on the hub, where it is not the usual number. */
  readonly replicas: number | undefined;
  /** Files: credentials (JWT and seed), certificate authority, own certificate and key. */
  readonly files: Readonly<Partial<Record<BusFile, string>>>;
}

/** Files that an address may name. */
export type BusFile = "creds" | "ca" | "cert" | "key";

const FILES: readonly BusFile[] = ["creds", "ca", "cert", "key"];

/** Parameters besides them. */
const OTHERS: readonly string[] = ["stream", "replicas"];

/** JetStream keeps five copies of a stream at the most. */
const MOST_REPLICAS = 5;

/** Registered with IANA. */
const PORT = 4222;

const EXAMPLE = "nats://hub, nats+tls://hub:4222?creds=FILE or nats://a,b,c/decnet";

/** Said instead of a part of the address that may be one of a password. */
const ENCODED = "in a password, @ is %40, / is %2F, ? is %3F, # is %23";

/** True for what {@linkcode parseBusAddress} is meant for, right or wrong. */
export function isBusAddress(text: string): boolean {
  return /^(?:nats|nats\+tls):\/\//.test(text);
}

/** Reads an address. @throws {SyntaxError} in words for the user, without a part of a password */
export function parseBusAddress(text: string): BusAddress {
  const shown = withoutSecrets(text);
  const match = /^nats(\+tls)?:\/\/(?:([^@/?#]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/.exec(
    text,
  );
  if (match === null) throw new SyntaxError(`"${shown}" is no address of a NATS hub: ${EXAMPLE}`);
  const [, tls, userinfo, hosts, path = "", query = ""] = match;
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!OTHERS.includes(name) && !isFile(name)) {
      const known = [...FILES, ...OTHERS].join(", ");
      const wrong = query.includes("@") ? `a parameter is none of ${known}; ${ENCODED}` : undefined;
      throw new SyntaxError(`"${shown}": ${wrong ?? `there is no ${name}, only ${known}`}`);
    }
  }
  const [user, ...rest] = userinfo === undefined ? [] : userinfo.split(":");
  const password = rest.length === 0 ? undefined : decode(rest.join(":"));
  const place = userinfo === undefined && text.includes("@") ? undefined : shown;
  const files: Partial<Record<BusFile, string>> = {};
  for (const name of FILES) {
    const file = parameters.get(name);
    if (file) files[name] = file;
  }
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw new SyntaxError(`"${shown}": cert and key go together`);
  }
  return {
    servers: hosts!.split(",").map((host) => server(host, place)),
    tls: tls !== undefined,
    user: decode(user ?? "") || undefined,
    password,
    path: checkedPath(decode(path), place),
    stream: parameters.get("stream") || undefined,
    replicas: replicas(parameters.get("replicas"), shown),
    files,
  };
}

/** The address without what nobody else should see, for messages. */
export function showBusAddress({ servers, tls, path }: BusAddress): string {
  return `nats${tls ? "+tls" : ""}://${servers.join(",")}${path === "" ? "" : `/${path}`}`;
}

/** @param text undefined where a part of it may be one of a password */
function server(host: string, text: string | undefined): string {
  const url = URL.parse(`nats://${host}`);
  if (url === null || url.hostname === "" || url.pathname !== "" || url.username !== "") {
    if (text === undefined) throw new SyntaxError(`no address of a NATS hub: ${ENCODED}`);
    throw new SyntaxError(
      `"${text}": "${host.slice(host.lastIndexOf("@") + 1)}" is no host: ${EXAMPLE}`,
    );
  }
  return `${url.hostname}:${url.port || PORT}`;
}

function replicas(value: string | null, text: string): number | undefined {
  if (value === null) return undefined;
  const number = /^\d$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= MOST_REPLICAS) return number;
  throw new SyntaxError(`"${text}": replicas is a number from 1 to ${MOST_REPLICAS}`);
}

/** Tokens of a subject, with points between: no wildcards, no blanks. */
function checkedPath(path: string, text: string | undefined): string {
  const trimmed = path.replace(/\/$/, "");
  if (trimmed === "" || /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/.test(trimmed)) return trimmed;
  if (text === undefined) throw new SyntaxError(`no address of a NATS hub: ${ENCODED}`);
  throw new SyntaxError(`"${text}": "${trimmed}" is no prefix like decnet or decnet.edge-1`);
}

function isFile(name: string): name is BusFile {
  return (FILES as readonly string[]).includes(name);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
