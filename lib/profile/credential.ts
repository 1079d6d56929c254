/** Credentials out of the fields of an attempt, in all the ways in which decoys have written them. */
import { sha256Hex } from "../hash.ts";
import { type FactValues, textOf } from "./fact_reader.ts";

/** A credential that was tried. */
export interface Credential {
  readonly principal: string;
  readonly kind: string;
  /** The secret as text, cut; `b64:` and base64 where it is none. */
  readonly secret: string;
}

/** Longest principal and secret that are kept, in characters. */
const MAX_TEXT = 128;

/** Marks a secret that is no text. No secret that is text begins so: NUL is replaced in those. */
const BINARY = "\0b64:";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The credential in `values`; undefined without a secret.
 *
 * @param attempt true when the event is a try to log in: only then is a fingerprint a key
 */
export function credentialIn(values: FactValues, attempt: boolean): Credential | undefined {
  const principal = clean(textOf(values, "principal", "username", "user", "login") ?? "");
  const encoded = textOf(values, "secret_b64");
  const kind = clean(textOf(values, "secret_kind") ?? "");
  const secret = (encoded === undefined ? undefined : decodedSecret(encoded)) ??
    textOf(values, "password", "secret", "secret_printable");
  if (secret !== undefined) {
    const text = secret.startsWith(BINARY) ? secret : clean(secret);
    return { principal, kind: kind || "password", secret: text };
  }
  const community = textOf(values, "community");
  if (community !== undefined) {
    return { principal, kind: kind || "community", secret: clean(community) };
  }
  const key = attempt ? textOf(values, "key_fingerprint", "fingerprint") : undefined;
  return key === undefined
    ? undefined
    : { principal, kind: kind || "publickey", secret: clean(key) };
}

/** SHA-256 of the bytes of a secret, 64 hex digits. */
export function secretHash(secret: string): string {
  if (!secret.startsWith(BINARY)) return sha256Hex(secret);
  return sha256Hex(bytesOfBase64(secret.slice(BINARY.length)) ?? new Uint8Array());
}

/** A secret for eyes: text as it is, bytes as `b64:` and base64. */
export function secretText(secret: string): string {
  return secret.startsWith(BINARY) ? secret.slice(1) : secret;
}

function decodedSecret(encoded: string): string | undefined {
  if (encoded.length > 2048) return undefined;
  const bytes = bytesOfBase64(encoded);
  if (bytes === undefined) return undefined;
  try {
    const text = decoder.decode(bytes);
    if (text.length <= MAX_TEXT) return text;
  } catch {
    // No UTF-8.
  }
  return BINARY + encoded.slice(0, 4 * MAX_TEXT);
}

function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function clean(text: string): string {
  const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  return cut.includes("\0") ? cut.replaceAll("\0", " ") : cut;
}
