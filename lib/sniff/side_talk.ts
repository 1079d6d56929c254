/** What one side of a connection has said so far, judged as it grows. */
import { isResponse } from "../http/connect_answer.ts";
import { isKnownRequest, lineState, requestStart } from "../http/request_head.ts";
import { proxyMessagesEnd } from "../proxy/proxy_messages.ts";
import {
  ClientTlsPreamble,
  ServerTlsPreamble,
  type TlsPreambleState,
} from "../proxy/tls_preamble.ts";
import { findIdentification } from "../ssh/find_identification.ts";
import { isIdentification, parseIdentification } from "../ssh/identification.ts";
import { isKexInitStart } from "../ssh/kexinit_start.ts";
import { CONTENT_TYPE } from "../tls/constants.ts";

/** Bytes that tell TLS from anything else: record header and handshake type. */
const HELLO_START = 6;

/** Bytes of an identification that tell, less one: it may have begun. */
const IDENTIFICATION_START = 5;
const LF = 0x0a;

const NOTHING = new Uint8Array(0);

/**
 * The talk of one side. Bytes are looked at once, as far as that can be: whoever sends them one by one
 * must not make all that he said before be read again with each.
 */
export class SideTalk {
  /** Nothing was said before. */
  readonly #fromStart: boolean;
  #heard: Uint8Array = NOTHING;
  /** The first line is whole, or cannot become one of HTTP. */
  #lineJudged = false;
  #isRequest = false;
  /** Where the search for an identification goes on. */
  #searched = 0;
  #identification = -1;
  /** The same for one that starts a line. */
  #lateSearched = 0;
  #isLateSsh: boolean | undefined;
  #client: ClientTlsPreamble | undefined;
  #clientFed = 0;
  #server: ServerTlsPreamble | undefined;
  #serverFed = 0;

  /** @param fromStart false where something may be missing before what is heard */
  constructor(fromStart = true) {
    this.#fromStart = fromStart;
  }

  /** Takes all that was said, which begins with what was said before. */
  hear(heard: Uint8Array): void {
    this.#heard = heard;
  }

  /** All that was said; valid as long as what was heard last. */
  get bytes(): Uint8Array {
    return this.#heard;
  }

  /** A request line of HTTP comes first. */
  get isRequest(): boolean {
    if (!this.#lineJudged && this.#heard.length > 0) {
      const state = lineState(this.#heard, requestStart(this.#heard));
      this.#lineJudged = state !== "incomplete";
      this.#isRequest = state === "request" && (this.#fromStart || isKnownRequest(this.#heard));
    }
    return this.#isRequest;
  }

  /** What is there of a first line, behind what is said to proxies, may become a request of HTTP. */
  get mayRequest(): boolean {
    const bytes = this.#heard.subarray(this.proxyEnd);
    return bytes.length > 0 && lineState(bytes, requestStart(bytes)) === "incomplete";
  }

  /** A response of HTTP comes first. */
  get isResponse(): boolean {
    return isResponse(this.#heard);
  }

  /** SSH comes first, or its lists where the identification was lost. */
  get isSsh(): boolean {
    return isIdentification(this.#heard) || isKexInitStart(this.#heard);
  }

  /** SSH comes behind lines of text (RFC 4253 4.2). */
  get isLateSsh(): boolean {
    const bytes = this.#heard;
    while (this.#isLateSsh === undefined) {
      const at = findIdentification(bytes, this.#lateSearched);
      this.#lateSearched = at < 0 ? Math.max(0, bytes.length - IDENTIFICATION_START) : at;
      if (at < 0) return false;
      const startsLine = at > 0 && bytes[at - 1] === LF;
      // Judged once its line is whole: all lines before it have to be looked at.
      if (startsLine && !bytes.includes(LF, at)) return false;
      if (startsLine) this.#isLateSsh = typeof parseIdentification(bytes) === "object";
      else this.#lateSearched = at + 1;
    }
    return this.#isLateSsh;
  }

  /** Offset of the first identification of SSH, or the end. */
  get sshOffset(): number {
    const at = this.#findIdentification();
    return at < 0 ? this.#heard.length : at;
  }

  /** Type of the handshake message in the TLS record that comes first; -1 for anything else. */
  get helloType(): number {
    const bytes = this.#heard;
    return bytes.length >= HELLO_START && bytes[0] === CONTENT_TYPE.handshake && bytes[1] === 3
      ? bytes[5]!
      : -1;
  }

  /** Offset behind what a client says to proxies first; 0 without any, and while it is not whole. */
  get proxyEnd(): number {
    return proxyMessagesEnd(this.#heard) ?? 0;
  }

  /** Whether a ClientHello comes, behind whatever clients say before it. */
  clientPreamble(): TlsPreambleState {
    this.#client ??= new ClientTlsPreamble();
    const state = this.#client.push(this.#heard.subarray(this.#clientFed));
    this.#clientFed = this.#heard.length;
    return state;
  }

  /** Offset of that ClientHello. */
  get clientHelloOffset(): number {
    return this.#client?.tlsOffset ?? -1;
  }

  /** Whether a server's record comes, behind whatever servers say before it. */
  serverPreamble(): TlsPreambleState {
    this.#server ??= new ServerTlsPreamble();
    const state = this.#server.push(this.#heard.subarray(this.#serverFed));
    this.#serverFed = this.#heard.length;
    return state;
  }

  #findIdentification(): number {
    if (this.#identification < 0) {
      this.#identification = findIdentification(this.#heard, this.#searched);
      this.#searched = Math.max(0, this.#heard.length - IDENTIFICATION_START);
    }
    return this.#identification;
  }
}
