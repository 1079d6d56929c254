/** ClientHellos by the parts that fingerprints are made of. */
import type { ClientHello } from "../../lib/tls/client_hello.ts";

const EMPTY: ClientHello = {
  dtls: false,
  legacyVersion: 0x0303,
  sessionIdLength: 0,
  cipherSuites: [],
  extensions: [],
  serverName: undefined,
  alpn: [],
  supportedGroups: [],
  pointFormats: [],
  signatureAlgorithms: [],
  supportedVersions: [],
  keyShareGroups: [],
  certificateCompression: [],
  sessionTicket: false,
  preSharedKey: false,
  earlyData: false,
  retry: false,
};

/** A hello of TLS 1.2 that says nothing but what `parts` say. */
export function clientHello(parts: Partial<ClientHello>): ClientHello {
  return { ...EMPTY, ...parts };
}

/**
 * A hello with the lists of a JA3 string; server_name and ALPN have a value where their extension
 * is listed.
 */
export function helloOfJa3(
  ja3Raw: string,
  parts: Partial<ClientHello> & { readonly protocol?: string } = {},
): ClientHello {
  const { protocol = "h2", ...rest } = parts;
  const [version, ...lists] = ja3Raw.split(",");
  const [cipherSuites, extensions, supportedGroups, pointFormats] = lists.map((list) =>
    list === "" ? [] : list.split("-").map(Number)
  );
  return clientHello({
    legacyVersion: Number(version),
    cipherSuites: cipherSuites!,
    extensions: extensions!,
    supportedGroups: supportedGroups!,
    pointFormats: pointFormats!,
    serverName: extensions!.includes(0) ? "decoy.example" : undefined,
    alpn: extensions!.includes(16) ? [new TextEncoder().encode(protocol)] : [],
    ...rest,
  });
}
