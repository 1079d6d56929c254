/** The requests of a cleartext HTTP/2 client (RFC 9113), and how it opens the connection. */
import { ByteReader } from "../bytes.ts";
import { ByteQueue } from "../byte_queue.ts";
import { type HeaderBlock, HpackDecoder } from "./hpack.ts";
import { latin1 } from "../text/latin1.ts";
import { type HttpRequest, MAX_HEAD_LENGTH } from "./request.ts";

/** One entry of a SETTINGS frame (RFC 9113 6.5). */
export interface Http2Setting {
  readonly id: number;
  readonly value: number;
}

/** What a PRIORITY frame says (RFC 7540 5.3.1). */
export interface Http2Priority {
  readonly stream: number;
  readonly exclusive: boolean;
  readonly dependsOn: number;
  /** 1 to 256. */
  readonly weight: number;
}

/** Second half of the client's preface, after what reads as a request (RFC 9113 3.4). */
const PREFACE_END = "SM\r\n\r\n";

const FRAME_HEADER_LENGTH = 9;
const FRAME = { headers: 1, priority: 2, settings: 4, windowUpdate: 8, continuation: 9 } as const;
const READ_TYPES: ReadonlySet<number> = new Set(Object.values(FRAME));

const FLAG_ACK = 0x01;
const FLAG_END_HEADERS = 0x04;
const FLAG_PADDED = 0x08;
const FLAG_PRIORITY = 0x20;

/** Entries of SETTINGS, and PRIORITY frames, that are kept; clients in use send up to six. */
const MAX_KEPT = 32;

/** Finds the requests in what the client sends after `PRI * HTTP/2.0` and an empty line. */
export class Http2RequestStream {
  /** True once this cannot be followed any further. */
  ended = false;
  /** The client's first SETTINGS, in order. */
  settings: readonly Http2Setting[] | undefined;
  /** Increment of the first WINDOW_UPDATE of the whole connection; 0 when there was none. */
  windowUpdate = 0;
  /** In the order in which they came. */
  readonly priorities: Http2Priority[] = [];
  readonly #hpack = new HpackDecoder();
  readonly #pending = new ByteQueue();
  #prefaceRead = false;
  /** Bytes of a frame that is passed over. */
  #passing = 0;
  /** Header block of which CONTINUATION frames are still to come, and its stream; 0 for none. */
  readonly #block = new ByteQueue();
  #blockStream = 0;

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#pending.held + this.#block.held + this.#hpack.held;
  }

  /** Requests that `bytes`, which follow those of the last call, complete. `bytes` are not kept. */
  push(bytes: Uint8Array): HttpRequest[] {
    const requests: HttpRequest[] = [];
    let rest = bytes;
    while (rest.length > 0 && !this.ended) {
      if (this.#passing > 0) {
        const count = Math.min(this.#passing, rest.length);
        this.#passing -= count;
        rest = rest.subarray(count);
        continue;
      }
      const waiting = this.#pending.length > 0;
      if (waiting) this.#pending.append(rest);
      const view = waiting ? this.#pending.peek() : rest;
      const consumed = this.#step(view, requests);
      if (consumed === 0) {
        if (!waiting) this.#pending.append(view);
        break;
      }
      this.#pending.clear();
      rest = view.subarray(consumed);
    }
    if (this.ended) this.#pending.clear();
    return requests;
  }

  /** Tells that `count` bytes are missing: false, and the end, unless they lie within a body. */
  skip(count: number): boolean {
    if (count > this.#passing) this.ended = true;
    else this.#passing -= count;
    return !this.ended;
  }

  /** Reads one thing at the start of `view` and gives its length, 0 while it is not whole. */
  #step(view: Uint8Array, requests: HttpRequest[]): number {
    if (!this.#prefaceRead) {
      const start = latin1(view.subarray(0, PREFACE_END.length));
      this.ended = !PREFACE_END.startsWith(start);
      this.#prefaceRead = start === PREFACE_END;
      return this.#prefaceRead ? PREFACE_END.length : 0;
    }
    if (view.length < FRAME_HEADER_LENGTH) return 0;
    const reader = new ByteReader(view);
    const length = reader.u24();
    const type = reader.u8();
    const flags = reader.u8();
    const stream = reader.u32() & 0x7fffffff;
    if (!this.#expected(type, stream) || READ_TYPES.has(type) && length > MAX_HEAD_LENGTH) {
      this.ended = true;
      return 0;
    }
    if (!READ_TYPES.has(type)) {
      this.#passing = length;
      return FRAME_HEADER_LENGTH;
    }
    if (reader.remaining < length) return 0;
    this.#readFrame(type, flags, stream, reader.take(length), requests);
    return FRAME_HEADER_LENGTH + length;
  }

  /** SETTINGS open a connection, and nothing may come between the parts of a header block. */
  #expected(type: number, stream: number): boolean {
    if (this.settings === undefined) return type === FRAME.settings;
    const continues = type === FRAME.continuation;
    return continues ? stream === this.#blockStream && stream !== 0 : this.#blockStream === 0;
  }

  #readFrame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array,
    requests: HttpRequest[],
  ): void {
    const reader = new ByteReader(payload);
    if (type === FRAME.settings) {
      if ((flags & FLAG_ACK) === 0) this.settings ??= readSettings(reader);
    } else if (type === FRAME.windowUpdate) {
      if (stream === 0) this.windowUpdate ||= reader.u32() & 0x7fffffff;
    } else if (type === FRAME.priority) {
      const priority = readPriority(reader, stream);
      if (!reader.failed && this.priorities.length < MAX_KEPT) this.priorities.push(priority);
    } else {
      const fragment = type === FRAME.headers ? readFragment(reader, flags) : payload;
      this.#addToBlock(stream, fragment, (flags & FLAG_END_HEADERS) !== 0, requests);
    }
  }

  #addToBlock(
    stream: number,
    fragment: Uint8Array | undefined,
    last: boolean,
    requests: HttpRequest[],
  ): void {
    if (fragment === undefined || this.#block.length + fragment.length > MAX_HEAD_LENGTH) {
      this.ended = true;
      return;
    }
    this.#block.append(fragment);
    this.#blockStream = last ? 0 : stream;
    if (!last) return;
    const block = this.#block.peek();
    this.#block.clear();
    const decoded = this.#hpack.decode(block);
    const request = decoded && requestOf(decoded);
    if (decoded === undefined) this.ended = true;
    else if (request !== undefined) requests.push(request);
  }
}

function readSettings(reader: ByteReader): Http2Setting[] {
  const settings: Http2Setting[] = [];
  while (reader.remaining >= 6 && settings.length < MAX_KEPT) {
    settings.push({ id: reader.u16(), value: reader.u32() });
  }
  return settings;
}

function readPriority(reader: ByteReader, stream: number): Http2Priority {
  const dependency = reader.u32();
  return {
    stream,
    exclusive: dependency >= 0x80000000,
    dependsOn: dependency & 0x7fffffff,
    weight: reader.u8() + 1,
  };
}

/** Header block fragment of a HEADERS frame; undefined if malformed. */
function readFragment(reader: ByteReader, flags: number): Uint8Array | undefined {
  const padding = (flags & FLAG_PADDED) === 0 ? 0 : reader.u8();
  if ((flags & FLAG_PRIORITY) !== 0) reader.take(5);
  const fragment = reader.take(reader.remaining - padding);
  return reader.failed ? undefined : fragment;
}

/** The request that a header block opens; undefined for trailers. */
function requestOf({ headers, truncated }: HeaderBlock): HttpRequest | undefined {
  const pseudo = headers.filter(({ name }) => name.startsWith(":"));
  const value = (name: string) => pseudo.find((header) => header.name === name)?.value;
  const method = value(":method");
  if (method === undefined) return undefined;
  return {
    method,
    target: value(":path") ?? value(":authority") ?? "",
    version: "2",
    headers: headers.filter(({ name }) => !name.startsWith(":")),
    pseudoHeaders: pseudo.map(({ name }) => name),
    authority: value(":authority"),
    truncated,
  };
}
