/** Receives syslog over TCP and TLS. */
import { SyslogFramer } from "../syslog/framer.ts";
import type { SyslogAddress } from "../syslog/listen_address.ts";
import type { SourceContext } from "./source.ts";
import type { SyslogBatcher } from "./syslog_batcher.ts";
import type { SyslogSourceOptions } from "./syslog_source.ts";

/** Senders at a time. */
const MAX_CONNECTIONS = 1024;

/** Bytes read at a time. */
const READ_SIZE = 64 * 1024;

/** Milliseconds that a TLS handshake may take. */
const HANDSHAKE_DEADLINE = 10_000;

/** Milliseconds before the next try after the system could take no sender. */
const ACCEPT_PAUSE = 1000;

/** Milliseconds between two complaints about the same. */
const COMPLAINT_INTERVAL = 60_000;

/** What is received, and where it goes. */
export interface StreamOptions {
  readonly address: SyslogAddress;
  readonly tls: SyslogSourceOptions["tls"];
  readonly maxLine: number;
  readonly batcher: SyslogBatcher;
  readonly context: SourceContext;
  readonly onListening: (port: number) => void;
}

/** Receives until the signal. Rejects when it cannot listen. */
export async function receiveStreams(options: StreamOptions): Promise<void> {
  await new StreamReceiver(options).run();
}

class StreamReceiver {
  readonly #options: StreamOptions;
  readonly #open = new Set<Deno.Conn>();
  readonly #work = new Set<Promise<void>>();
  #complainedAt = -Infinity;
  #failure: unknown;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { context: { signal }, onListening } = this.#options;
    if (signal.aborted) return;
    const listener = this.#listen();
    onListening((listener.addr as Deno.NetAddr).port);
    const stop = () => {
      listener.close();
      for (const connection of this.#open) close(connection);
    };
    signal.addEventListener("abort", stop, { once: true });
    while (!signal.aborted && this.#failure === undefined) await this.#accept(listener);
    if (!signal.aborted) stop();
    await Promise.all(this.#work);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #listen(): Deno.Listener {
    const { address: { hostname, port }, tls } = this.#options;
    return tls === undefined
      ? Deno.listen({ hostname, port })
      : Deno.listenTls({ hostname, port, ...tls });
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    const { signal } = this.#options.context;
    let connection: Deno.Conn;
    try {
      connection = await listener.accept();
    } catch (error) {
      if (signal.aborted) return;
      // No descriptor is free, or the sender has gone already.
      this.#complain(`cannot take a sender: ${(error as Error).message}`);
      await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      return;
    }
    if (signal.aborted || this.#open.size >= MAX_CONNECTIONS) {
      close(connection);
      this.#complain(`${MAX_CONNECTIONS} senders at a time are enough: turns others away`);
      return;
    }
    this.#open.add(connection);
    const work = this.#serve(connection).catch((error) => {
      this.#failure ??= error;
    }).finally(() => {
      close(connection);
      this.#open.delete(connection);
      this.#work.delete(work);
    });
    this.#work.add(work);
  }

  /** Reads one sender to its end. Rejects only when lines cannot be handed over. */
  async #serve(connection: Deno.Conn): Promise<void> {
    const { maxLine, batcher } = this.#options;
    const framer = new SyslogFramer(maxLine);
    const buffer = new Uint8Array(READ_SIZE);
    if (!await shakeHands(connection)) return;
    for (let count; (count = await read(connection, buffer)) !== null;) {
      await batcher.take(framer.push(buffer.subarray(0, count)));
    }
    await batcher.take(framer.end());
  }

  #complain(text: string): void {
    const now = performance.now();
    if (now - this.#complainedAt < COMPLAINT_INTERVAL) return;
    this.#complainedAt = now;
    this.#options.context.message("warn", text);
  }
}

/** True when the sender can be read; one that takes too long cannot. */
async function shakeHands(connection: Deno.Conn): Promise<boolean> {
  if (!("handshake" in connection)) return true;
  const timer = setTimeout(() => close(connection), HANDSHAKE_DEADLINE);
  try {
    await (connection as Deno.TlsConn).handshake();
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Reads what there is; null at the end, whatever that was. */
async function read(connection: Deno.Conn, buffer: Uint8Array): Promise<number | null> {
  try {
    return await connection.read(buffer);
  } catch {
    // Reset, or closed by us: either way there is no more.
    return null;
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
