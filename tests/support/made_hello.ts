/** Writes ClientHellos and ServerHellos from lists, also such as no library would send. */
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import type { HelloLists, ServerLists } from "./reference_fingerprints.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An extension, and what it lists, for the reference. */
export interface MadeExtension {
  readonly type: number;
  readonly data: Uint8Array;
  readonly numbers?: readonly number[];
  readonly names?: readonly Uint8Array[];
}

/** A ClientHello to be written. */
export interface MadeHello {
  readonly version?: number;
  readonly random?: Uint8Array;
  readonly sessionId?: Uint8Array;
  readonly ciphers?: readonly number[];
  /** Undefined leaves the whole block out. */
  readonly extensions?: readonly MadeExtension[] | undefined;
}

/** A ServerHello to be written. */
export interface MadeAnswer {
  readonly version?: number;
  readonly random?: Uint8Array;
  readonly cipher?: number;
  readonly extensions?: readonly MadeExtension[] | undefined;
}

/** Numbers of handshake messages (RFC 8446 4, RFC 6347 4.3.2). */
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;

/** What stands in for a random. */
const RANDOM = new Uint8Array(32).fill(0x5a);

/** What a HelloRetryRequest has in place of a random (RFC 8446 4.1.3). */
export const RETRY_RANDOM = Uint8Array.fromHex(
  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
);

/** Numbers of `size` bytes behind a length of `lengthSize` bytes. */
function list(numbers: readonly number[], lengthSize: 1 | 2, size: 1 | 2): Bytes {
  return new ByteWriter()
    .vector(lengthSize, (items) => numbers.forEach((number) => items.uint(size, number)))
    .finish();
}

/** Any extension by its number. */
export function plain(type: number, data: Uint8Array = new Uint8Array(0)): MadeExtension {
  return { type, data };
}

/** server_name; without a name the extension has no data at all. */
export function sni(name?: string): MadeExtension {
  if (name === undefined) return plain(0);
  const bytes = new TextEncoder().encode(name);
  const data = new ByteWriter()
    .vector(2, (names) => names.u8(0).vector(2, (field) => field.bytes(bytes))).finish();
  return { type: 0, data };
}

export function groups(...numbers: number[]): MadeExtension {
  return { type: 10, data: list(numbers, 2, 2), numbers };
}

export function formats(...numbers: number[]): MadeExtension {
  return { type: 11, data: list(numbers, 1, 1), numbers };
}

export function signatures(...numbers: number[]): MadeExtension {
  return { type: 13, data: list(numbers, 2, 2), numbers };
}

/** application_layer_protocol_negotiation; names of text or bytes. */
export function alpn(...protocols: (string | readonly number[])[]): MadeExtension {
  const names = protocols.map((name) =>
    typeof name === "string" ? new TextEncoder().encode(name) : Uint8Array.from(name)
  );
  const data = new ByteWriter()
    .vector(2, (all) => names.forEach((name) => all.vector(1, (one) => one.bytes(name))))
    .finish();
  return { type: 16, data, names };
}

export function versions(...numbers: number[]): MadeExtension {
  return { type: 43, data: list(numbers, 1, 2), numbers };
}

/** supported_versions of a ServerHello. */
export function chosenVersion(number: number): MadeExtension {
  return { type: 43, data: new ByteWriter().u16(number).finish(), numbers: [number] };
}

/** key_share with keys of 32 bytes. */
export function keyShares(...numbers: number[]): MadeExtension {
  const data = new ByteWriter().vector(2, (shares) => {
    for (const number of numbers) {
      shares.u16(number).vector(2, (key) => key.bytes(new Uint8Array(32)));
    }
  }).finish();
  return { type: 51, data };
}

function writeExtensions(writer: ByteWriter, extensions: readonly MadeExtension[]): void {
  writer.vector(2, (block) => {
    for (const { type, data } of extensions) block.u16(type).vector(2, (body) => body.bytes(data));
  });
}

/** The hello that most cases start from: TLS 1.3 with a name and the usual lists. */
export const USUAL: Required<Pick<MadeHello, "version" | "ciphers">> & MadeHello = {
  version: 0x0303,
  ciphers: [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0x009c],
  extensions: [
    sni("made.example"),
    plain(23),
    groups(0x001d, 0x0017),
    formats(0),
    alpn("h2", "http/1.1"),
    signatures(0x0403, 0x0804, 0x0401),
    keyShares(0x001d),
    plain(45, Uint8Array.of(1, 1)),
    versions(0x0304, 0x0303),
  ],
};

/** The body of a ClientHello. @param cookie of the DTLS form; undefined for the TLS form */
export function helloBody(hello: MadeHello, cookie?: Uint8Array): Bytes {
  const { version = 0x0303, random = RANDOM, sessionId = new Uint8Array(0) } = hello;
  const writer = new ByteWriter()
    .u16(version).bytes(random)
    .vector(1, (field) => field.bytes(sessionId));
  if (cookie !== undefined) writer.vector(1, (field) => field.bytes(cookie));
  writer.vector(2, (all) => (hello.ciphers ?? []).forEach((cipher) => all.u16(cipher)))
    .vector(1, (methods) => methods.u8(0));
  if (hello.extensions !== undefined) writeExtensions(writer, hello.extensions);
  return writer.finish();
}

/** The body of a ServerHello. */
export function answerBody(answer: MadeAnswer): Bytes {
  const { version = 0x0303, random = RANDOM, cipher = 0xc02f, extensions } = answer;
  const writer = new ByteWriter()
    .u16(version).bytes(random).vector(1, () => {}).u16(cipher).u8(0);
  if (extensions !== undefined) writeExtensions(writer, extensions);
  return writer.finish();
}

/** A handshake message. */
export function message(type: number, body: Uint8Array): Bytes {
  return new ByteWriter().u8(type).vector(3, (field) => field.bytes(body)).finish();
}

/** A ClientHello message. */
export function helloMessage(hello: MadeHello): Bytes {
  return message(CLIENT_HELLO, helloBody(hello));
}

/** A ServerHello message. */
export function answerMessage(answer: MadeAnswer): Bytes {
  return message(SERVER_HELLO, answerBody(answer));
}

/** One record. */
export function tlsRecord(payload: Uint8Array, type = 22, version = 0x0301): Bytes {
  return new ByteWriter().u8(type).u16(version).vector(2, (field) => field.bytes(payload)).finish();
}

/** A handshake in records that are cut at the given offsets. */
export function tlsRecords(payload: Uint8Array, ...cuts: number[]): Bytes {
  const ends = [...cuts, payload.length];
  return concatBytes(
    ...ends.map((end, index) => tlsRecord(payload.subarray(ends[index - 1] ?? 0, end))),
  );
}

/** A ClientHello in one record. */
export function helloRecord(hello: MadeHello): Bytes {
  return tlsRecord(helloMessage(hello));
}

/** The lists of `hello`, for the reference. */
export function listsOf(hello: MadeHello): HelloLists {
  const { version = 0x0303, ciphers = [], extensions = [] } = hello;
  const found = (type: number) => extensions.find((extension) => extension.type === type);
  return {
    version,
    ciphers,
    extensions: extensions.map(({ type }) => type),
    groups: found(10)?.numbers ?? [],
    formats: found(11)?.numbers ?? [],
    signatures: found(13)?.numbers ?? [],
    versions: found(43)?.numbers ?? [],
    protocols: found(16)?.names ?? [],
  };
}

/** The lists of `answer`, for the reference. */
export function answerLists(answer: MadeAnswer): ServerLists {
  const { version = 0x0303, cipher = 0xc02f, extensions = [] } = answer;
  const found = (type: number) => extensions.find((extension) => extension.type === type);
  const chosen = found(43)?.numbers?.[0];
  const protocol = found(16)?.names?.[0];
  return {
    version,
    cipher,
    extensions: extensions.map(({ type }) => type),
    ...(chosen === undefined ? {} : { chosen }),
    ...(protocol === undefined ? {} : { protocol }),
  };
}
