/** What the hellos of TLS tell, remembered: tools send the same ones again and again. */
import { ByteMemo } from "../byte_memo.ts";
import { SharedFields } from "../event/shared_fields.ts";
import { ja3 } from "../fingerprint/ja3.ts";
import { ja3s } from "../fingerprint/ja3s.ts";
import { Ja4, type Ja4Transport } from "../fingerprint/ja4.ts";
import { ja4s } from "../fingerprint/ja4plus/ja4s.ts";
import {
  asciiText,
  type ClientHello,
  offeredVersion,
  parseClientHello,
  resumptionOffers,
} from "../tls/client_hello.ts";
import { clientHelloKey, MAX_CLIENT_HELLO_KEY } from "../tls/client_hello_key.ts";
import { EXTENSION, versionName } from "../tls/constants.ts";
import { chosenAlpn, type ServerHello } from "../tls/server_hello.ts";

/** Hellos that are remembered, of each transport, and bytes of what tells a ServerHello from others. */
const MAX_HELLOS = 256;
const MAX_SERVER_KEY = 256;

/** Facts of a ClientHello. */
export interface ClientHelloFacts {
  /** Fields of its own event. */
  readonly own: SharedFields;
  /** Those that its session repeats. */
  readonly repeated: SharedFields;
  readonly sni: string | undefined;
  /** JA3 and JA4: equal for hellos that are the same news. */
  readonly name: string;
}

/** Facts of a ServerHello. */
export interface ServerHelloFacts {
  readonly fields: SharedFields;
  /** JA3S and JA4S. */
  readonly name: string;
}

const clients = {
  t: new ByteMemo<ClientHelloFacts>(MAX_CLIENT_HELLO_KEY, MAX_HELLOS),
  q: new ByteMemo<ClientHelloFacts>(MAX_CLIENT_HELLO_KEY, MAX_HELLOS),
  d: new ByteMemo<ClientHelloFacts>(MAX_CLIENT_HELLO_KEY, MAX_HELLOS),
};

const servers = new ByteMemo<ServerHelloFacts>(MAX_SERVER_KEY, MAX_HELLOS);

/** Facts of the client_hello message `body`; undefined when it cannot be read. */
export function clientHelloFacts(
  body: Uint8Array,
  transport: Ja4Transport,
): ClientHelloFacts | undefined {
  const memo = clients[transport];
  const length = clientHelloKey(body, transport === "d", memo.key);
  const known = length === 0 ? undefined : memo.find(length);
  if (known !== undefined) return known;
  const hello = parseClientHello(body, transport === "d" ? "dtls" : "tls");
  if (hello === undefined) return undefined;
  const facts = readClientHello(hello, transport);
  return length === 0 ? facts : memo.keep(facts);
}

function readClientHello(hello: ClientHello, transport: Ja4Transport): ClientHelloFacts {
  const three = ja3(hello);
  const four = new Ja4(hello, transport);
  const sni = hello.serverName || undefined;
  const alpn = orAbsent(hello.alpn.map((protocol) => asciiText(protocol)));
  return {
    own: new SharedFields({
      ja3: three.ja3,
      ja3_raw: three.ja3Raw,
      ja4: four.ja4,
      ja4_r: four.ja4Raw,
      tls_version: versionName(offeredVersion(hello)),
      sni,
      alpn,
      resumption: orAbsent(resumptionOffers(hello)),
    }),
    repeated: new SharedFields({ ja3: three.ja3, ja4: four.ja4, sni, alpn }),
    sni,
    name: `${three.ja3} ${four.ja4}`,
  };
}

/** Facts of a ServerHello. @param ja4plus with JA4S */
export function serverHelloFacts(
  hello: ServerHello,
  transport: Ja4Transport,
  ja4plus: boolean,
): ServerHelloFacts {
  const length = putServerKey(servers.key, hello, transport, ja4plus);
  if (length === 0) return readServerHello(hello, transport, ja4plus);
  return servers.find(length) ?? servers.keep(readServerHello(hello, transport, ja4plus));
}

function readServerHello(
  hello: ServerHello,
  transport: Ja4Transport,
  ja4plus: boolean,
): ServerHelloFacts {
  const three = ja3s(hello);
  const four = ja4plus ? ja4s(hello, transport) : undefined;
  const alpn = chosenAlpn(hello.extensions);
  return {
    fields: new SharedFields({
      ja3s: three.ja3s,
      ja3s_raw: three.ja3sRaw,
      ja4s: four?.ja4s,
      ja4s_raw: four?.ja4sRaw,
      tls_version: versionName(hello.version),
      tls_cipher: `0x${hello.cipherSuite.toString(16).padStart(4, "0")}`,
      alpn_chosen: alpn && asciiText(alpn),
      retry_request: hello.retryRequest ? true : undefined,
    }),
    name: `${three.ja3s} ${four?.ja4s}`,
  };
}

/** Writes all that {@linkcode readServerHello} looks at. @returns bytes of it; 0 when it does not fit */
function putServerKey(
  key: Uint8Array,
  hello: ServerHello,
  transport: Ja4Transport,
  ja4plus: boolean,
): number {
  const { legacyVersion, version, cipherSuite, retryRequest, extensions } = hello;
  key[0] = legacyVersion >> 8;
  key[1] = legacyVersion;
  key[2] = version >> 8;
  key[3] = version;
  key[4] = cipherSuite >> 8;
  key[5] = cipherSuite;
  key[6] = (retryRequest ? 1 : 0) | (ja4plus ? 2 : 0);
  key[7] = transport.charCodeAt(0);
  let length = 8;
  for (const { type, data } of extensions) {
    const size = type === EXTENSION.alpn ? data.length : 0;
    if (length + 4 + size > key.length) return 0;
    key[length] = type >> 8;
    key[length + 1] = type;
    key[length + 2] = size >> 8;
    key[length + 3] = size;
    if (size > 0) key.set(data, length + 4);
    length += 4 + size;
  }
  return length;
}

function orAbsent<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
