/**
 * What comes before TLS on a TCP connection: STARTTLS and its like, and proxies.
 *
 * Only what the client says is followed, message by message, and at each end of a message it is
 * asked whether a ClientHello starts there. The server's answers would add nothing: a client that
 * is refused sends no ClientHello, and a capture of one direction is read as well. Protocols in
 * lines of text (SMTP, IMAP, POP3, FTP, NNTP, IRC, HTTP CONNECT) and in XML (XMPP) need no parser
 * each: a ClientHello begins with a byte that text never has, after a line feed or a `>`. The
 * binary ones are in preamble_message.ts: SOCKS, PROXY, PostgreSQL, MySQL, LDAP, RDP, SQL Server.
 * They may follow each other, because a proxy comes before anything else.
 *
 * The server's first record is looked for at any place, because its answers end in a byte (S of
 * PostgreSQL), an address (SOCKS) or a line, and the pattern is long enough not to occur in them.
 */
import { concatBytes } from "../bytes.ts";
import { isSocks5, openerLength, socks5Next } from "./preamble_message.ts";
import {
  ALERT,
  clientHelloAt,
  HANDSHAKE,
  serverRecordAt,
  ssl2HelloAt,
  type TlsStart,
} from "./tls_start.ts";

/** TLS has begun, may still begin, or will not. */
export type TlsPreambleState = "need_more" | "tls" | "no";

/** Bytes of either side in which TLS must start. */
export const MAX_PREAMBLE_LENGTH = 16 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const GREATER_THAN = 0x3e;
const SPACE = 0x20;
const DELETE = 0x7f;

const NOTHING = new Uint8Array(0);

/**
 * Finds where the client's TLS starts, be it with the hello of SSL 2.0 of old clients. Keeps a few
 * hundred bytes, and none while it reads text.
 */
export class ClientTlsPreamble {
  state: TlsPreambleState = "need_more";
  /** Offset of the ClientHello's record from the start of the client's stream; in state `tls`. */
  tlsOffset = -1;
  /** A message that is not whole. */
  #pending: Uint8Array = NOTHING;
  /** Offset of `pending` in the stream. */
  #offset = 0;
  /** Bytes of a message that need not be seen. */
  #passing = 0;
  #mode: "opener" | "socks5" | "text" = "opener";
  /** In text: the last byte ended a line or an element. */
  #boundary = true;

  /** Takes bytes that follow those of the last call. They are not kept. */
  push(bytes: Uint8Array): TlsPreambleState {
    if (this.state !== "need_more") return this.state;
    const known = this.#pending.length === 0 ? bytes : concatBytes(this.#pending, bytes);
    let at = 0;
    while (this.state === "need_more") {
      if (this.#offset + at >= MAX_PREAMBLE_LENGTH) return this.#end("no");
      if (at === known.length) break;
      const next = this.#passing > 0 ? this.#pass(known, at) : this.#step(known, at);
      if (next === at) break;
      at = next;
    }
    this.#offset += at;
    if (this.state === "need_more") {
      this.#pending = at < known.length ? concatBytes(known.subarray(at)) : NOTHING;
    }
    return this.state;
  }

  #pass(known: Uint8Array, at: number): number {
    const count = Math.min(this.#passing, known.length - at);
    this.#passing -= count;
    return at + count;
  }

  /** Goes on from `at`, and gives `at` again when more bytes are needed. */
  #step(known: Uint8Array, at: number): number {
    if (this.#boundary) {
      const opens = this.#offset + at === 0;
      const older = opens ? ssl2HelloAt(known, at) : "no";
      const hello = older === "no" ? clientHelloAt(known, at) : older;
      if (hello === "tls") {
        this.tlsOffset = this.#offset + at;
        this.#end("tls");
      }
      if (hello !== "no") return at;
    }
    return this.#mode === "text" ? this.#readText(known, at) : this.#readMessage(known, at);
  }

  #readMessage(known: Uint8Array, at: number): number {
    const length = this.#mode === "socks5" ? socks5Next(known, at) : openerLength(known, at);
    if (length === "incomplete") return at;
    if (length === undefined) {
      this.#mode = "text";
      if (isText(known[at]!)) return this.#readText(known, at);
      this.#end("no");
      return at;
    }
    // A greeting opens the negotiation of SOCKS 5, and the next message that is not a password
    // ends it.
    if (isSocks5(known, at)) this.#mode = this.#mode === "opener" ? "socks5" : "opener";
    this.#passing = length;
    return this.#pass(known, at);
  }

  /** Passes over text up to a byte that is none. */
  #readText(known: Uint8Array, at: number): number {
    const found = known.indexOf(HANDSHAKE, at);
    const end = found < 0 ? known.length : found;
    if (end > at) this.#boundary = known[end - 1] === LF || known[end - 1] === GREATER_THAN;
    // A ClientHello was ruled out at `at`, or was not looked for within a line.
    else this.#end("no");
    return end;
  }

  #end(state: TlsPreambleState): TlsPreambleState {
    this.state = state;
    this.#pending = NOTHING;
    return state;
  }
}

/**
 * Finds where the server's TLS starts. The answer means something where the client's TLS was found
 * too, or its side was not captured. Keeps ten bytes.
 */
export class ServerTlsPreamble {
  state: TlsPreambleState = "need_more";
  /** Offset of the first record from the start of the server's stream; in state `tls`. */
  tlsOffset = -1;
  #pending: Uint8Array = NOTHING;
  #offset = 0;

  /** Takes bytes that follow those of the last call. They are not kept. */
  push(bytes: Uint8Array): TlsPreambleState {
    if (this.state !== "need_more") return this.state;
    const known = this.#pending.length === 0 ? bytes : concatBytes(this.#pending, bytes);
    let start: TlsStart = "no";
    let at = nextRecordType(known, 0);
    while (at < known.length) {
      start = serverRecordAt(known, at);
      if (start !== "no") break;
      at = nextRecordType(known, at + 1);
    }
    this.#offset += at;
    if (this.#offset >= MAX_PREAMBLE_LENGTH) this.state = "no";
    else if (start === "tls") this.state = "tls";
    if (this.state === "tls") this.tlsOffset = this.#offset;
    this.#pending = this.state === "need_more" && at < known.length
      ? concatBytes(known.subarray(at))
      : NOTHING;
    return this.state;
  }
}

/** Offset from `from` on of a byte with which the server's first record may begin, or the end. */
function nextRecordType(bytes: Uint8Array, from: number): number {
  // Not twice indexOf(), which would read on to the end for the one at each of many of the other.
  let at = from;
  while (at < bytes.length && bytes[at] !== HANDSHAKE && bytes[at] !== ALERT) at++;
  return at;
}

/** True for what text in ASCII may begin with. */
function isText(byte: number): boolean {
  return byte >= SPACE && byte < DELETE || byte === CR || byte === LF || byte === TAB;
}
