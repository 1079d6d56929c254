/** Test support: a TLS server of a few lines that says what a test wants, true or not. */
import { createCipheriv } from "node:crypto";
import { ByteWriter, concatBytes } from "../../lib/bytes.ts";
import { EXTENSION, GROUP, HANDSHAKE_TYPE, VERSION } from "../../lib/tls/constants.ts";
import { startKeyExchange } from "../../lib/tls/key_exchange.ts";
import {
  serverHandshakeSecret,
  type TrafficKeys,
  trafficKeys,
  transcriptHash,
} from "../../lib/tls/key_schedule.ts";
import type { ByteChannel } from "../../lib/tls/message_source.ts";

/** A channel that answers what was written to it so far with the bytes of a script. */
export class FakeChannel implements ByteChannel {
  /** Everything that was written, in one. */
  written: Uint8Array = new Uint8Array(0);
  /** Bytes that were handed out. */
  bytesRead = 0;
  readonly #answer: AsyncIterator<Uint8Array>;

  /** @param script yields what the server sends; it is given this channel */
  constructor(script: (channel: FakeChannel) => AsyncIterable<Uint8Array>) {
    this.#answer = script(this)[Symbol.asyncIterator]();
  }

  async read(): Promise<Uint8Array | undefined> {
    const next = await this.#answer.next();
    if (next.done) return undefined;
    this.bytesRead += next.value.length;
    return next.value;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.written = concatBytes(this.written, bytes);
    return Promise.resolve();
  }
}

/** A channel that sends `chunks` whatever it is told, then hangs up. */
export function replay(...chunks: Uint8Array[]): FakeChannel {
  return new FakeChannel(async function* () {
    yield* chunks;
  });
}

/** A record of TLS 1.2. */
export function record(type: number, payload: Uint8Array): Uint8Array {
  return new ByteWriter().u8(type).u16(VERSION.tls12).vector(2, (field) => field.bytes(payload))
    .finish();
}

/** A handshake message. */
export function handshake(type: number, body: Uint8Array): Uint8Array {
  return new ByteWriter().u8(type).vector(3, (field) => field.bytes(body)).finish();
}

/** What a fake ServerHello says; everything has a harmless default. */
export interface FakeServerHello {
  readonly version?: number;
  readonly random?: Uint8Array;
  readonly cipherSuite?: number;
  readonly extensions?: readonly { readonly type: number; readonly data: Uint8Array }[];
}

/** A server_hello message; without extensions it has no extensions block. */
export function serverHello(hello: FakeServerHello): Uint8Array {
  const writer = new ByteWriter().u16(hello.version ?? VERSION.tls12)
    .bytes(hello.random ?? new Uint8Array(32)).u8(0).u16(hello.cipherSuite ?? 0xc02f).u8(0);
  const { extensions } = hello;
  if (extensions !== undefined) {
    writer.vector(2, (block) => {
      for (const { type, data } of extensions) {
        block.u16(type).vector(2, (field) => field.bytes(data));
      }
    });
  }
  return handshake(HANDSHAKE_TYPE.serverHello, writer.finish());
}

/** The body of a Certificate message in the form of TLS 1.2 or 1.3. */
export function certificateBody(chain: readonly Uint8Array[], tls13: boolean): Uint8Array {
  const writer = new ByteWriter();
  if (tls13) writer.u8(0);
  return writer.vector(3, (list) => {
    for (const certificate of chain) {
      list.vector(3, (field) => field.bytes(certificate));
      if (tls13) list.u16(0);
    }
  }).finish();
}

/** supported_versions with the choice of TLS 1.3. */
export const CHOOSES_TLS13 = { type: EXTENSION.supportedVersions, data: Uint8Array.of(3, 4) };

/** The side of a TLS 1.3 server up to the change of keys, and its records after that. */
export class FakeTls13Server {
  /** The record with the ServerHello. */
  readonly helloRecord: Uint8Array;
  readonly #keys: TrafficKeys;
  #sequence = 0;

  private constructor(helloRecord: Uint8Array, keys: TrafficKeys) {
    this.helloRecord = helloRecord;
    this.#keys = keys;
  }

  /** Answers the ClientHello that was written to `channel` with X25519 and AES-128-GCM. */
  static async answer(channel: FakeChannel): Promise<FakeTls13Server> {
    const clientHello = channel.written.subarray(5);
    const exchange = (await startKeyExchange(GROUP.x25519))!;
    const sharedSecret = (await exchange.agree(clientX25519Key(clientHello)))!;
    const share = new ByteWriter().u16(GROUP.x25519)
      .vector(2, (key) => key.bytes(exchange.publicKey)).finish();
    const hello = serverHello({
      cipherSuite: 0x1301,
      extensions: [{ type: EXTENSION.keyShare, data: share }, CHOOSES_TLS13],
    });
    const hash = transcriptHash("sha256", [clientHello, hello]);
    const secret = serverHandshakeSecret("sha256", sharedSecret, hash);
    return new FakeTls13Server(record(22, hello), trafficKeys("sha256", secret, 16));
  }

  /** A protected record with `content` of the given type. */
  seal(type: number, content: Uint8Array): Uint8Array {
    const length = content.length + 1 + 16;
    const header = Uint8Array.of(23, 3, 3, length >> 8, length & 0xff);
    const nonce = this.#keys.iv.slice();
    const view = new DataView(nonce.buffer);
    view.setUint32(8, view.getUint32(8) ^ this.#sequence++);
    const cipher = createCipheriv("aes-128-gcm", this.#keys.key, nonce).setAAD(header);
    const sealed = cipher.update(concatBytes(content, Uint8Array.of(type)));
    return concatBytes(header, sealed, cipher.final(), cipher.getAuthTag());
  }
}

/** The X25519 key in a hello that has it with its group and length before it. */
function clientX25519Key(clientHello: Uint8Array): Uint8Array {
  const start = clientHello.findIndex((_, index) =>
    [0, 0x1d, 0, 32].every((byte, offset) => clientHello[index + offset] === byte)
  );
  return clientHello.subarray(start + 4, start + 36);
}
