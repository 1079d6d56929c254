/** One connection to a syslog receiver, with a way to learn that it has read everything. */
import type { SyslogReceiver } from "./receiver_url.ts";
import { LateError, within } from "./within.ts";

/** Milliseconds. */
const CONNECT_LIMIT = 10_000;
const WRITE_LIMIT = 60_000;

/** Certificates for TLS, in PEM. */
export interface TlsFiles {
  readonly caCerts?: string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How closing a connection ended: `silent` when the other side neither closed nor broke off. */
export type Farewell = "read" | "broken" | "silent";

/** An open connection. */
export class SyslogConnection {
  readonly #connection: Deno.TcpConn | Deno.TlsConn;
  /** How the other side ended it. */
  readonly #end: Promise<"closed" | "broken">;
  #state: "open" | "closed" | "broken" = "open";

  private constructor(connection: Deno.TcpConn | Deno.TlsConn) {
    this.#connection = connection;
    this.#end = this.#listen();
  }

  /** @throws {Error} of the system or of TLS, or {@linkcode LateError} */
  static async open(
    { transport, host, port }: SyslogReceiver,
    { caCerts, cert, key }: TlsFiles,
  ): Promise<SyslogConnection> {
    const opening = transport === "tls"
      ? openTls({
        hostname: host,
        port,
        ...caCerts === undefined ? {} : { caCerts },
        ...cert === undefined || key === undefined ? {} : { cert, key },
      })
      : Deno.connect({ hostname: host, port });
    const connection = await within<Deno.TcpConn | Deno.TlsConn>(
      opening,
      CONNECT_LIMIT,
      "connecting",
      (late) => late.close(),
    );
    return new SyslogConnection(connection);
  }

  /** False once the other side has ended it. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Writes all of `bytes`. @throws {Error} of the system, or {@linkcode LateError} */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await within(this.#connection.write(bytes.subarray(at)), WRITE_LIMIT, "writing");
    }
  }

  /**
   * Ends our side and waits for the other to end its own: a process that closes a connection with unread data
   * in it breaks it off (RFC 1122 4.2.2.13), so an orderly end tells that it has read all.
   */
  async sayFarewell(limit: number): Promise<Farewell> {
    try {
      if (this.#state !== "open") return "broken";
      await within(this.#connection.closeWrite(), limit, "closing");
      const end = await within(this.#end, limit, "closing");
      return end === "closed" ? "read" : "broken";
    } catch (error) {
      return error instanceof LateError ? "silent" : "broken";
    } finally {
      this.close();
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }

  /** A receiver of syslog sends nothing: what ends the reading is the end. */
  async #listen(): Promise<"closed" | "broken"> {
    const bytes = new Uint8Array(512);
    try {
      while (await this.#connection.read(bytes) !== null);
      return this.#state = "closed";
    } catch (error) {
      // Many end the connection without the alert that TLS has for it (RFC 8446 6.1). That is still an end in
      // good order to TCP, which would have reset a connection with unread data.
      const isEnd = error instanceof Deno.errors.UnexpectedEof;
      return this.#state = isEnd ? "closed" : "broken";
    }
  }
}

async function openTls(
  options: Deno.ConnectTlsOptions & Partial<Deno.TlsCertifiedKeyPem>,
): Promise<Deno.TlsConn> {
  const connection = await Deno.connectTls(options as Deno.ConnectTlsOptions);
  await connection.handshake();
  return connection;
}
