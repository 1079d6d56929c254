/** A connection to an engine on which an answer in chunks is not read by Node's client, but as bytes. */
import { Duplex } from "node:stream";

const CR_LF_CR_LF = new TextEncoder().encode("\r\n\r\n");

/** A request for a log. */
const ASKS_FOR_LOG = /^GET [^ ?]+\/logs\?/;

/** An answer that goes on and comes in chunks. */
const CHUNKED = /^HTTP\/1\.1 200 [^]*\r\ntransfer-encoding: *chunked\r\n/i;

/** Bytes that are read at a time, for Node's client. */
const READ_SIZE = 16 * 1024;

/** A longer head is none of an engine. */
const MAX_HEAD = 64 * 1024;

const decoder = new TextDecoder("latin1");

/**
 * Node's client makes an object of each chunk, of which there is one a line, and a buffer of 64 KiB of each
 * read. It gets the head of such an answer here and nothing else: its body is there for {@linkcode read}.
 */
export class LogConnection extends Duplex {
  /** Undefined while it is being opened. */
  #connection: Deno.Conn | undefined;
  readonly #opened: Promise<Deno.Conn>;
  readonly #giveUp = new AbortController();
  /** What was read up to the end of the head; undefined behind it. */
  #head: Uint8Array<ArrayBuffer> | undefined = new Uint8Array(0);
  /** What was read behind the head. */
  #rest = new Uint8Array(0);
  #isLog = false;
  #hasBody = false;

  /** Opens a connection. What the system reports of that is an `error` of the stream. */
  constructor(address: ConnectionAddress) {
    super({ autoDestroy: true });
    this.#opened = open(address, this.#giveUp.signal);
    this.#opened.then(
      (connection) => {
        this.#connection = connection;
        if (this.destroyed) this.#close();
      },
      (error) => this.destroy(error),
    );
  }

  /** True once the head of an answer in chunks has come. */
  get hasBody(): boolean {
    return this.#hasBody;
  }

  /** Reads of the body as it came; null at the end of the connection. Rejects with what the system reports. */
  async readBody(into: Uint8Array<ArrayBuffer>): Promise<number | null> {
    const rest = this.#rest;
    if (rest.length === 0) return await this.#connection!.read(into);
    const count = Math.min(rest.length, into.length);
    into.set(rest.subarray(0, count));
    this.#rest = rest.subarray(count);
    return count;
  }

  override _write(
    chunk: Uint8Array,
    _encoding: string,
    callback: (error?: Error | null) => void,
  ): void {
    // One request is made on it.
    this.#isLog ||= ASKS_FOR_LOG.test(decoder.decode(chunk));
    this.#send(chunk).then(() => callback(), callback);
  }

  override _read(): void {
    if (this.#hasBody) return;
    this.#receive().catch((error) => this.destroy(error));
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#giveUp.abort();
    this.#close();
    callback(error);
  }

  /** Called by Node's client behind an answer that has ended: some engines leave closing to their clients. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }

  #close(): void {
    try {
      this.#connection?.close();
    } catch {
      // It is closed already.
    }
  }

  async #send(chunk: Uint8Array): Promise<void> {
    const connection = await this.#opened;
    for (let at = 0; at < chunk.length;) at += await connection.write(chunk.subarray(at));
  }

  /** Reads something for Node's client. */
  async #receive(): Promise<void> {
    const connection = await this.#opened;
    const bytes = new Uint8Array(READ_SIZE);
    const count = await connection.read(bytes);
    if (this.destroyed) return;
    if (count === null) {
      this.push(null);
      return;
    }
    const read = bytes.subarray(0, count);
    if (this.#head === undefined || !this.#isLog) this.push(read);
    else await this.#receiveHead(this.#head, read);
  }

  async #receiveHead(before: Uint8Array, read: Uint8Array): Promise<void> {
    const head = new Uint8Array(before.length + read.length);
    head.set(before);
    head.set(read, before.length);
    const end = endOfHead(head, before.length);
    if (end < 0 && head.length < MAX_HEAD) {
      this.#head = head;
      return await this.#receive();
    }
    this.#head = undefined;
    if (end > 0 && CHUNKED.test(decoder.decode(head.subarray(0, end)))) {
      this.#hasBody = true;
      this.#rest = head.slice(end);
      this.push(head.subarray(0, end));
    } else this.push(head);
  }
}

/** The index behind an answer's head; -1 when its end has not come. @param searched bytes that do not hold it */
function endOfHead(bytes: Uint8Array, searched: number): number {
  const { length } = CR_LF_CR_LF;
  for (let at = Math.max(0, searched - length + 1); at + length <= bytes.length; at++) {
    if (CR_LF_CR_LF.every((byte, index) => bytes[at + index] === byte)) return at + length;
  }
  return -1;
}

/** Where to, as an agent of Node's is told. */
export interface ConnectionAddress {
  /** Of a socket. */
  readonly path?: string | null;
  readonly host?: string;
  readonly port?: number | string;
}

/** Rejects with what the system reports. */
async function open(
  { path, host = "localhost", port }: ConnectionAddress,
  signal: AbortSignal,
): Promise<Deno.Conn> {
  return !path
    ? await Deno.connect({ hostname: host, port: Number(port), signal })
    : await Deno.connect({ transport: "unix", path });
}
