/** The lists of hellos in tshark's tree. */
import { all, first, numbers, texts, type Tree } from "./tshark_json.ts";
import type { HelloLists, ServerLists } from "./reference_fingerprints.ts";

/** A ClientHello as tshark shows it. */
export interface TsharkHello extends HelloLists {
  /** JA3 by tshark itself; it has none over DTLS. */
  readonly ja3: string | undefined;
  readonly serverName: string | undefined;
  readonly protocolNames: readonly string[];
}

const SIGNATURE_ALGORITHMS = "13";

/** What the names of fields begin with. */
export function tlsPrefix(layers: Tree): "tls" | "dtls" {
  return all(layers, "dtls.handshake").length > 0 ? "dtls" : "tls";
}

/** The lists of a ClientHello. */
export function helloLists(handshake: Tree, prefix: "tls" | "dtls"): TsharkHello {
  const name = (field: string) => `${prefix}.handshake.${field}`;
  const extensions = Object.entries(handshake ?? {})
    .filter(([key]) => key.startsWith("Extension: "));
  // Its relatives for certificates and delegated credentials show their lists by the same name.
  const own = extensions.map(([, tree]) => tree)
    .find((tree) => first(tree, name("extension.type")) === SIGNATURE_ALGORITHMS);
  const protocolNames = texts(handshake, name("extensions_alpn_str"));
  return {
    version: Number(first(handshake, name("version"))),
    ciphers: numbers(handshake, name("ciphersuite")),
    extensions: numbers(handshake, name("extension.type")),
    groups: numbers(handshake, name("extensions_supported_group")),
    formats: numbers(handshake, name("extensions_ec_point_format")),
    signatures: own === undefined ? [] : numbers(own, name("sig_hash_alg")),
    versions: numbers(handshake, name("extensions.supported_version")),
    protocols: protocolNames.map((protocol) => new TextEncoder().encode(protocol)),
    ja3: first(handshake, name("ja3")),
    serverName: first(handshake, name("extensions_server_name")),
    protocolNames,
  };
}

/** The lists of a ServerHello. */
export function serverLists(handshake: Tree, prefix: "tls" | "dtls"): ServerLists {
  const name = (field: string) => `${prefix}.handshake.${field}`;
  const [chosen] = numbers(handshake, name("extensions.supported_version"));
  const protocol = first(handshake, name("extensions_alpn_str"));
  return {
    version: Number(first(handshake, name("version"))),
    cipher: Number(first(handshake, name("ciphersuite"))),
    extensions: numbers(handshake, name("extension.type")),
    ...(chosen === undefined ? {} : { chosen }),
    ...(protocol === undefined ? {} : { protocol: new TextEncoder().encode(protocol) }),
  };
}
