/** Writes a ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2) byte for byte as it is described. */
import { ByteWriter } from "../bytes.ts";
import { CONTENT_TYPE, EXTENSION, HANDSHAKE_TYPE } from "./constants.ts";

/** An extension: its number and the bytes of extension_data. */
export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Everything in a ClientHello; nothing is added, sorted or left out. */
export interface ClientHelloDescription {
  /** legacy_record_version of the record around it. */
  readonly recordVersion: number;
  /** legacy_version of the hello. */
  readonly helloVersion: number;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 0 to 32 bytes. */
  readonly sessionId: Uint8Array;
  readonly cipherSuites: readonly number[];
  /** Usually `[0]`: no compression. */
  readonly compressionMethods: readonly number[];
  /** In wire order; undefined writes no extensions block at all, as TLS 1.0 had it. */
  readonly extensions: readonly Extension[] | undefined;
}

/** The handshake message: type, 24-bit length, body. This is what a transcript hash covers. */
export function writeClientHello(hello: ClientHelloDescription): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(HANDSHAKE_TYPE.clientHello).vector(3, (body) => {
    body.u16(hello.helloVersion).bytes(hello.random);
    body.vector(1, (field) => field.bytes(hello.sessionId));
    body.vector(2, (field) => writeNumbers(field, 2, hello.cipherSuites));
    body.vector(1, (field) => writeNumbers(field, 1, hello.compressionMethods));
    const { extensions } = hello;
    if (extensions === undefined) return;
    body.vector(2, (field) => {
      for (const { type, data } of extensions) {
        field.u16(type).vector(2, (content) => content.bytes(data));
      }
    });
  });
  return writer.finish();
}

/** The hello in one handshake record, ready to be sent. */
export function writeClientHelloRecord(hello: ClientHelloDescription): Uint8Array<ArrayBuffer> {
  return new ByteWriter()
    .u8(CONTENT_TYPE.handshake)
    .u16(hello.recordVersion)
    .vector(2, (payload) => payload.bytes(writeClientHello(hello)))
    .finish();
}

/** server_name with one host_name (RFC 6066 3); for DNS names only, never for an address. */
export function serverNameExtension(name: string): Extension {
  return extension(EXTENSION.serverName, (data) =>
    data.vector(2, (list) => {
      list.u8(0).vector(2, (host) => host.bytes(new TextEncoder().encode(name)));
    }));
}

/** application_layer_protocol_negotiation with `protocols` in that order (RFC 7301 3.1). */
export function alpnExtension(protocols: readonly (string | Uint8Array)[]): Extension {
  return extension(EXTENSION.alpn, (data) =>
    data.vector(2, (list) => {
      for (const protocol of protocols) {
        const bytes = typeof protocol === "string" ? new TextEncoder().encode(protocol) : protocol;
        list.vector(1, (name) => name.bytes(bytes));
      }
    }));
}

/** supported_groups (RFC 8446 4.2.7). */
export function supportedGroupsExtension(groups: readonly number[]): Extension {
  return extension(
    EXTENSION.supportedGroups,
    (data) => data.vector(2, (list) => writeNumbers(list, 2, groups)),
  );
}

/** ec_point_formats (RFC 8422 5.1.2); `[0]` is uncompressed. */
export function ecPointFormatsExtension(formats: readonly number[]): Extension {
  return extension(
    EXTENSION.ecPointFormats,
    (data) => data.vector(1, (list) => writeNumbers(list, 1, formats)),
  );
}

/** signature_algorithms (RFC 8446 4.2.3). */
export function signatureAlgorithmsExtension(schemes: readonly number[]): Extension {
  return extension(
    EXTENSION.signatureAlgorithms,
    (data) => data.vector(2, (list) => writeNumbers(list, 2, schemes)),
  );
}

/** supported_versions as a client sends it (RFC 8446 4.2.1). */
export function supportedVersionsExtension(versions: readonly number[]): Extension {
  return extension(
    EXTENSION.supportedVersions,
    (data) => data.vector(1, (list) => writeNumbers(list, 2, versions)),
  );
}

/** psk_key_exchange_modes (RFC 8446 4.2.9); 1 is psk_dhe_ke. */
export function pskKeyExchangeModesExtension(modes: readonly number[]): Extension {
  return extension(
    EXTENSION.pskKeyExchangeModes,
    (data) => data.vector(1, (list) => writeNumbers(list, 1, modes)),
  );
}

/** A public key in a key_share extension. */
export interface KeyShareEntry {
  readonly group: number;
  readonly publicKey: Uint8Array;
}

/** key_share as a client sends it (RFC 8446 4.2.8). */
export function keyShareExtension(shares: readonly KeyShareEntry[]): Extension {
  return extension(EXTENSION.keyShare, (data) =>
    data.vector(2, (list) => {
      for (const { group, publicKey } of shares) {
        list.u16(group).vector(2, (key) => key.bytes(publicKey));
      }
    }));
}

/** cookie, as a HelloRetryRequest handed it out (RFC 8446 4.2.2). */
export function cookieExtension(cookie: Uint8Array): Extension {
  return extension(EXTENSION.cookie, (data) => data.vector(2, (field) => field.bytes(cookie)));
}

/** max_fragment_length (RFC 6066 4): 1 is 512 bytes, 4 is 4096. */
export function maxFragmentLengthExtension(code: number): Extension {
  return extension(EXTENSION.maxFragmentLength, (data) => data.u8(code));
}

/** renegotiation_info of a first handshake: an empty renegotiated_connection (RFC 5746 3.4). */
export function renegotiationInfoExtension(): Extension {
  return extension(EXTENSION.renegotiationInfo, (data) => data.u8(0));
}

/** padding of `length` zero bytes (RFC 7685). */
export function paddingExtension(length: number): Extension {
  return { type: EXTENSION.padding, data: new Uint8Array(length) };
}

/** An extension whose presence says it all: extended_master_secret, session_ticket and the like. */
export function emptyExtension(type: number): Extension {
  return { type, data: new Uint8Array(0) };
}

function extension(type: number, fill: (data: ByteWriter) => unknown): Extension {
  const writer = new ByteWriter();
  fill(writer);
  return { type, data: writer.finish() };
}

function writeNumbers(writer: ByteWriter, size: 1 | 2, numbers: readonly number[]): void {
  for (const number of numbers) writer.uint(size, number);
}
