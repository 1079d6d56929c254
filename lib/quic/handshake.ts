/** Reads the TLS hellos out of the Initial packets of a QUIC connection. */
import { equalBytes } from "../bytes.ts";
import { HANDSHAKE_TYPE } from "../tls/constants.ts";
import { parseServerHello } from "../tls/server_hello.ts";
import { type CryptoMessage, CryptoStream } from "./crypto_stream.ts";
import { initialKeys, initialSecret, type PacketKeys } from "./initial_keys.ts";
import { openInitial } from "./initial_packet.ts";
import { type LongHeader, parseLongHeader } from "./long_header.ts";
import type { InitialStyle } from "./version.ts";

/** One handshake message: a ClientHello in the TLS form, or a ServerHello. */
export interface QuicMessage extends CryptoMessage {
  readonly fromClient: boolean;
  /** Version of the packet that completed it. */
  readonly version: number;
}

/** Connections that were tried without success before the flow is taken for something else. */
const MAX_FAILURES = 16;

/** The client's first version, and the one that the server chose instead (RFC 9368). */
const MAX_KEY_SETS = 2;

/** The client's own choice, the server's, and some to spare. */
const MAX_IDS = 4;

/** Packets that are kept until the client's first one shows their keys: the hello of a server has one or two. */
const MAX_EARLY = 2;

/** client_version and random, which a client keeps when it begins anew after a Retry. */
const HELLO_IDENTITY_LENGTH = 34;

/** Keys that both sides derive from one connection ID, as far as they were needed. */
interface KeySet {
  readonly version: number;
  readonly labelPrefix: InitialStyle["labelPrefix"];
  readonly secret: Uint8Array;
  readonly connectionId: Uint8Array;
  client?: PacketKeys;
  server?: PacketKeys;
}

/** An Initial packet that came before the one whose connection ID gives its keys. */
interface EarlyPacket {
  readonly bytes: Uint8Array;
  readonly fromClient: boolean;
}

/**
 * The Initial packets of one pair of endpoints, from which it takes the hellos of both sides
 * however they are spread over frames, packets and datagrams. It knows about Retry, about a
 * HelloRetryRequest, about a server that chooses another version, and about a new connection
 * between the same ports. Memory is bounded whatever arrives.
 *
 * A packet costs about 20 us when its keys have to be derived and half of that later; once both
 * hellos are there, packets of the connection are passed over.
 */
export class QuicHandshake {
  /** Those that opened a packet, the last first. */
  #keySets: KeySet[] = [];
  /** IDs that the client addresses: in packets that could be opened, or as the server asked for. */
  #ids: Uint8Array[] = [];
  #client = new CryptoStream();
  #server = new CryptoStream();
  #clientHelloWanted = true;
  #serverHelloWanted = true;
  /** True when the caller's idea of who is the client turned out to be wrong. */
  #swapped = false;
  #failures = 0;
  #early: EarlyPacket[] = [];
  /** Version and random of the last ClientHello. */
  #identity = "";
  /** True until the connection's first ClientHello. */
  #begins = true;

  /** True while nothing more is expected of this connection; a new one makes it false again. */
  get finished(): boolean {
    return !this.#clientHelloWanted && !this.#serverHelloWanted;
  }

  /** Bytes of memory that are held. */
  get held(): number {
    const early = this.#early.reduce((sum, { bytes }) => sum + bytes.length, 0);
    return this.#client.held + this.#server.held + early;
  }

  /**
   * Reads the datagram `bytes[offset, offset + length)`; gives the messages that it completes.
   *
   * @param fromClient whether the sender is thought to be the client
   */
  push(
    bytes: Uint8Array,
    fromClient: boolean,
    offset = 0,
    length: number = bytes.length - offset,
  ): QuicMessage[] {
    const messages: QuicMessage[] = [];
    const end = Math.min(bytes.length, offset + length);
    for (let at = offset; at < end && this.#failures < MAX_FAILURES;) {
      const header = parseLongHeader(bytes, at, end);
      if (header === undefined) break;
      if (header.kind === "initial") this.#readInitial(bytes, header, fromClient, messages);
      at = header.end;
    }
    if (this.#early.length > 0 && this.#keySets.length > 0) {
      const early = this.#early;
      this.#early = [];
      for (const packet of early) messages.push(...this.push(packet.bytes, packet.fromClient));
    }
    return messages;
  }

  #readInitial(
    bytes: Uint8Array,
    header: LongHeader,
    senderOpens: boolean,
    messages: QuicMessage[],
  ): void {
    if (this.#passOver(header, senderOpens !== this.#swapped)) return;
    const frames = this.#open(bytes, header, senderOpens);
    if (frames === undefined) {
      this.#failures++;
      if (this.#keySets.length === 0 && this.#early.length < MAX_EARLY) {
        this.#early.push({ bytes: bytes.slice(header.start, header.end), fromClient: senderOpens });
      }
      return;
    }
    this.#failures = 0;
    const fromClient = senderOpens !== this.#swapped;
    this.#rememberId(fromClient ? header.destination : header.source);
    const stream = fromClient ? this.#client : this.#server;
    for (const message of stream.push(frames)) {
      if (this.#takeNote(message, fromClient)) {
        messages.push({ ...message, fromClient, version: header.version });
      }
    }
  }

  /** True when the packet cannot hold a hello that was not seen yet. */
  #passOver(header: LongHeader, fromClient: boolean): boolean {
    if (!fromClient) return this.#keySets.length > 0 && !this.#serverHelloWanted;
    return !this.#clientHelloWanted && this.#knowsId(header.destination);
  }

  /** Frames of the packet, by the keys that are known or those of a new connection. */
  #open(bytes: Uint8Array, header: LongHeader, senderOpens: boolean): Uint8Array | undefined {
    const side = senderOpens !== this.#swapped ? "client" : "server";
    for (const keySet of this.#keySets) {
      if (keySet.version !== header.version) continue;
      const frames = openWith(bytes, header, keySet, side);
      if (frames !== undefined) return frames;
    }
    const latest = this.#keySets[0];
    if (latest !== undefined && latest.version !== header.version) {
      const frames = this.#openAnew(bytes, header, latest.connectionId, side);
      if (frames !== undefined) return frames;
    }
    if (side === "server" && latest !== undefined) return undefined;
    const frames = this.#openAnew(bytes, header, header.destination, "client");
    if (frames === undefined) return undefined;
    this.#swapped = !senderOpens;
    this.#restart();
    return frames;
  }

  /** Tries keys that are derived from `connectionId`, and remembers them if they fit. */
  #openAnew(
    bytes: Uint8Array,
    header: LongHeader,
    connectionId: Uint8Array,
    side: "client" | "server",
  ): Uint8Array | undefined {
    const { version, style: { labelPrefix, salts } } = header;
    for (const salt of salts) {
      const secret = initialSecret(salt, connectionId);
      const keySet: KeySet = { version, labelPrefix, secret, connectionId };
      const frames = openWith(bytes, header, keySet, side);
      if (frames === undefined) continue;
      this.#keySets.unshift({ ...keySet, connectionId: connectionId.slice() });
      if (this.#keySets.length > MAX_KEY_SETS) this.#keySets.pop();
      return frames;
    }
    return undefined;
  }

  /** Begins anew with the key set that was found last: a new connection, or one after a Retry. */
  #restart(): void {
    this.#keySets.length = 1;
    this.#ids = [];
    this.#client = new CryptoStream();
    this.#server = new CryptoStream();
    this.#clientHelloWanted = true;
    this.#serverHelloWanted = true;
    this.#begins = true;
  }

  /** Keeps track of what was said; false when the message was given before. */
  #takeNote({ type, body }: CryptoMessage, fromClient: boolean): boolean {
    if (fromClient && type === HANDSHAKE_TYPE.clientHello) {
      const identity = body.subarray(0, HELLO_IDENTITY_LENGTH).toHex();
      // After a HelloRetryRequest the random stays as well, but that is another hello.
      const again = this.#begins && identity === this.#identity;
      this.#begins = false;
      this.#clientHelloWanted = false;
      this.#identity = identity;
      return !again;
    }
    if (!fromClient && type === HANDSHAKE_TYPE.serverHello) {
      const retry = parseServerHello(body)?.retryRequest ?? false;
      this.#serverHelloWanted = retry;
      this.#clientHelloWanted ||= retry;
    }
    return true;
  }

  #knowsId(id: Uint8Array): boolean {
    return this.#ids.some((known) => equalBytes(known, id));
  }

  #rememberId(id: Uint8Array): void {
    if (this.#ids.length < MAX_IDS && !this.#knowsId(id)) this.#ids.push(id.slice());
  }
}

/** Opens a packet by `keySet`, whose keys are derived when they are needed first. */
function openWith(
  bytes: Uint8Array,
  header: LongHeader,
  keySet: KeySet,
  side: "client" | "server",
): Uint8Array | undefined {
  const keys = keySet[side] ??= initialKeys(keySet.secret, keySet.labelPrefix, side);
  return openInitial(bytes, header, keys);
}
