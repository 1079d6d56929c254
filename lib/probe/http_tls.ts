/** TLS around a probe's connection, for what is said inside it. */
import type { TLSSocket } from "node:tls";
import type { Connection } from "./connection.ts";
import { PatientReader } from "./patient_reader.ts";
import { ProbeFailure } from "./probe.ts";

/** Decrypted bytes that are read ahead: a server that floods is held back, not stored. */
const READ_AHEAD = 64 * 1024;

/** How to open TLS. */
export interface TlsOptions {
  /** For SNI; undefined to send none. */
  readonly serverName: string | undefined;
  /** Milliseconds within which the server must have said something. */
  readonly patience: number;
}

/**
 * Opens TLS over `connection`, which it takes over. Certificates are not verified. It speaks what
 * the runtime speaks: TLS 1.3, and TLS 1.2 with ephemeral keys and AEAD ciphers.
 *
 * @throws {ProbeFailure} `not_tls` when something else answers, `handshake_error` when TLS does not
 *   come about, `timeout` when the server is silent for too long, and as the connection does
 */
export async function openTls(connection: Connection, options: TlsOptions): Promise<Connection> {
  // Loaded here: most runs never come to it.
  const [{ connect }, { Duplex }] = await Promise.all([
    import("node:tls"),
    import("node:stream"),
  ]);
  const wire = new Wire(connection, options.patience);
  const duplex = new Duplex({
    read() {
      wire.read().then((bytes) => this.push(bytes ?? null), (error) => this.destroy(error));
    },
    write(bytes: Uint8Array, _encoding, done) {
      wire.write(bytes).then(() => done(), done);
    },
  });
  // The wire keeps its failures itself; without a listener one would end the program.
  duplex.on("error", () => {});
  const socket = connect({
    socket: duplex,
    rejectUnauthorized: false,
    ...(options.serverName === undefined ? {} : { servername: options.serverName }),
  });
  const stream = new TlsStream(socket, wire, connection);
  try {
    await stream.opened;
    return stream;
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** What passes under the TLS. */
class Wire {
  /** Why the connection failed, if it did: the TLS above tells it in words of its own. */
  failure: ProbeFailure | undefined;
  /** True once the server has closed in good order. */
  ended = false;
  readonly #connection: Connection;
  readonly #reader: PatientReader;
  #patience: number;
  #held: PromiseWithResolvers<void> | undefined;

  constructor(connection: Connection, patience: number) {
    this.#connection = connection;
    this.#reader = new PatientReader(connection);
    this.#patience = patience;
  }

  /** Lets reads wait until {@linkcode Wire.release}. */
  hold(): void {
    this.#held ??= Promise.withResolvers<void>();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async read(): Promise<Uint8Array | undefined> {
    await this.#held?.promise;
    try {
      const bytes = await this.#reader.read(this.#patience);
      if (bytes === "silent") throw new ProbeFailure("timeout", "silent after a ClientHello");
      if (bytes === undefined) this.ended = true;
      else if (this.#patience !== Infinity && !opensTls(bytes)) {
        throw new ProbeFailure("not_tls", "answered a ClientHello with something else");
      }
      this.#patience = Infinity;
      return bytes;
    } catch (error) {
      this.failure ??= error as ProbeFailure;
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#connection.write(bytes);
    } catch (error) {
      this.failure ??= error as ProbeFailure;
      throw error;
    }
  }
}

/** True for the start of an alert or handshake record (RFC 8446 5.1): no server opens otherwise. */
export function opensTls([type, major = 3]: Uint8Array): boolean {
  return (type === 21 || type === 22) && major === 3;
}

/** What is said inside the TLS. */
class TlsStream implements Connection {
  /** Resolves when the handshake is done. */
  readonly opened: Promise<void>;
  readonly #socket: TLSSocket;
  readonly #wire: Wire;
  readonly #connection: Connection;
  readonly #arrived: Uint8Array[] = [];
  #ahead = 0;
  #ended = false;
  #wake = () => {};

  constructor(socket: TLSSocket, wire: Wire, connection: Connection) {
    this.#socket = socket;
    this.#wire = wire;
    this.#connection = connection;
    this.opened = new Promise((resolve, reject) => {
      socket.on("secureConnect", resolve);
      socket.on("error", (error) => reject(this.#handshakeFailure(error)));
      socket.on("close", () => reject(this.#handshakeFailure()));
    });
    socket.on("data", (bytes: Uint8Array) => this.#push(bytes));
    for (const event of ["end", "error", "close"]) socket.on(event, () => this.#end());
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      const bytes = this.#arrived.shift();
      if (bytes !== undefined) {
        this.#ahead -= bytes.length;
        if (this.#ahead < READ_AHEAD) this.#wire.release();
        return bytes;
      }
      if (this.#ended) {
        if (this.#wire.failure !== undefined) throw this.#wire.failure;
        return undefined;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<Error | null | undefined>();
    this.#socket.write(bytes, resolve);
    const error = await promise;
    if (this.#wire.failure !== undefined) throw this.#wire.failure;
    if (error) throw new ProbeFailure("closed", error.message);
  }

  close(): void {
    this.#socket.destroy();
    this.#connection.close();
  }

  #push(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#ahead += bytes.length;
    // Pausing the socket would not do: it goes on reading what is under it.
    if (this.#ahead >= READ_AHEAD) this.#wire.hold();
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  #handshakeFailure(error?: Error & { code?: string }): ProbeFailure {
    if (this.#wire.failure !== undefined) return this.#wire.failure;
    const isTlsError = error?.code?.startsWith("ERR_SSL") === true;
    if (error === undefined || (this.#wire.ended && !isTlsError)) {
      return new ProbeFailure("closed", "hung up during the TLS handshake");
    }
    // An error that is neither an alert nor TLS at all is about the certificate's key.
    const turnedDown = !isTlsError || error.code!.includes("_ALERT_");
    return new ProbeFailure(turnedDown ? "handshake_error" : "protocol_error", error.message);
  }
}
