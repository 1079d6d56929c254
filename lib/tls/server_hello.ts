/** Reads a ServerHello (RFC 8446 4.1.3, RFC 5246 7.4.1.3), of TLS and DTLS alike. */
import { ByteReader, equalBytes, fromHex } from "../bytes.ts";
import type { Extension } from "./client_hello_writer.ts";
import { EXTENSION } from "./constants.ts";

/** A ServerHello, or the HelloRetryRequest that has its form. */
export interface ServerHello {
  /** legacy_version: what JA3S takes as the version. */
  readonly legacyVersion: number;
  /** Version that was chosen: supported_versions if the server sent it, else legacy_version. */
  readonly version: number;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** True when this asks for another ClientHello. */
  readonly retryRequest: boolean;
  readonly sessionId: Uint8Array;
  readonly cipherSuite: number;
  readonly compressionMethod: number;
  /** In wire order; empty when the hello has no extensions block. */
  readonly extensions: readonly Extension[];
}

/** SHA-256 of "HelloRetryRequest" in place of the random (RFC 8446 4.1.3). */
const RETRY_RANDOM = fromHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");

/** Drafts of TLS 1.3 up to 21 put 0x7f and the draft's number in server_version. */
const DRAFT_MAJOR = 0x7f;
const LAST_DRAFT_OF_OLD_FORM = 21;

/**
 * Reads the body of a server_hello message. Bytes after the extensions are let pass, because a
 * fingerprint of a sloppy server is worth more than none; undefined for anything cut short.
 */
export function parseServerHello(body: Uint8Array): ServerHello | undefined {
  const reader = new ByteReader(body);
  const legacyVersion = reader.u16();
  const random = reader.take(32);
  // Those drafts had neither session id nor compression in the ServerHello.
  const draft = legacyVersion >> 8 === DRAFT_MAJOR &&
    (legacyVersion & 0xff) <= LAST_DRAFT_OF_OLD_FORM;
  const sessionId = draft ? new Uint8Array(0) : reader.vector(1);
  const cipherSuite = reader.u16();
  const compressionMethod = draft ? 0 : reader.u8();
  const extensions = reader.remaining === 0 ? [] : parseExtensions(reader.vector(2));
  if (reader.failed || extensions === undefined) return undefined;
  const chosen = extensions.find(({ type }) => type === EXTENSION.supportedVersions)?.data;
  return {
    legacyVersion,
    version: chosen?.length === 2 ? chosen[0]! * 256 + chosen[1]! : legacyVersion,
    random,
    retryRequest: random[0] === RETRY_RANDOM[0] && equalBytes(random, RETRY_RANDOM),
    sessionId,
    cipherSuite,
    compressionMethod,
    extensions,
  };
}

/** Reads the body of an encrypted_extensions message (RFC 8446 4.3.1); undefined if malformed. */
export function parseEncryptedExtensions(body: Uint8Array): Extension[] | undefined {
  const reader = new ByteReader(body);
  const block = reader.vector(2);
  return reader.failed ? undefined : parseExtensions(block);
}

/** Protocol that the server chose (RFC 7301 3.1) among `extensions`; undefined if none. */
export function chosenAlpn(extensions: readonly Extension[]): Uint8Array | undefined {
  const data = extensions.find(({ type }) => type === EXTENSION.alpn)?.data;
  if (data === undefined) return undefined;
  const list = new ByteReader(new ByteReader(data).vector(2));
  const protocol = list.vector(1);
  return protocol.length === 0 ? undefined : protocol;
}

/** Cookie of a HelloRetryRequest (RFC 8446 4.2.2); undefined when it has none. */
export function retryCookie(hello: ServerHello): Uint8Array | undefined {
  const data = hello.extensions.find(({ type }) => type === EXTENSION.cookie)?.data;
  if (data === undefined) return undefined;
  const reader = new ByteReader(data);
  const cookie = reader.vector(2);
  return reader.failed ? undefined : cookie;
}

/** key_share of a ServerHello, or of a HelloRetryRequest, which names a group without a key. */
export interface ServerKeyShare {
  readonly group: number;
  /** Empty in a HelloRetryRequest. */
  readonly publicKey: Uint8Array;
}

/** Reads key_share (RFC 8446 4.2.8); undefined when it is absent or malformed. */
export function serverKeyShare(hello: ServerHello): ServerKeyShare | undefined {
  const data = hello.extensions.find(({ type }) => type === EXTENSION.keyShare)?.data;
  if (data === undefined) return undefined;
  const reader = new ByteReader(data);
  const group = reader.u16();
  const publicKey = hello.retryRequest ? new Uint8Array(0) : reader.vector(2);
  return reader.failed ? undefined : { group, publicKey };
}

function parseExtensions(block: Uint8Array): Extension[] | undefined {
  const reader = new ByteReader(block);
  const extensions: Extension[] = [];
  while (reader.remaining > 0) {
    const type = reader.u16();
    extensions.push({ type, data: reader.vector(2) });
  }
  return reader.failed ? undefined : extensions;
}
