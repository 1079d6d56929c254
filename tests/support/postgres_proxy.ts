/** Stands between a client and PostgreSQL, and does something bad at a chosen moment. */

/** What comes at the chosen moment. */
export interface ProxyFault {
  /** Before which of the client's sendings; the first is 1. Undefined for never. */
  readonly at?: number | undefined;
  /**
   * `before`: the server does not get it any more. `after`: the server gets it and answers, and the client
   * never hears the answer.
   */
  readonly side: "before" | "after";
  /** Done before the connection is cut. */
  readonly action?: () => Promise<void>;
}

/** A way to a server, on a port of its own. */
export class PostgresProxy implements AsyncDisposable {
  /** Sendings of clients so far, over all connections. */
  sent = 0;
  /** How often the fault came: once at most. */
  faults = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #server: number;
  readonly #fault: ProxyFault;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #serving: Promise<void>;

  constructor(server: number, fault: ProxyFault) {
    this.#server = server;
    this.#fault = fault;
    this.#serving = this.#serve();
  }

  /** `url` by way of this. */
  through(url: string): string {
    return url.replace(`:${this.#server}/`, `:${this.#listener.addr.port}/`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) this.#close(connection);
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const passing: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) passing.push(this.#pass(client));
    } finally {
      await Promise.all(passing);
    }
  }

  async #pass(client: Deno.TcpConn): Promise<void> {
    this.#open.add(client);
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.#server });
    } catch {
      return this.#close(client);
    }
    this.#open.add(server);
    const cut = () => [client, server].forEach((one) => this.#close(one));
    let isMute = false;
    const answers = copy(server, async (bytes) => {
      if (isMute) return cut();
      await writeAll(client, bytes);
    }).finally(cut);
    const questions = copy(client, async (bytes) => {
      if (++this.sent !== this.#fault.at) return await writeAll(server, bytes);
      this.faults++;
      isMute = true;
      if (this.#fault.side === "after") {
        await writeAll(server, bytes);
        // It is cut with the first word of the answer.
        if (this.#fault.action === undefined) return;
      }
      await this.#fault.action?.();
      cut();
    }).finally(() => isMute || cut());
    await Promise.all([answers, questions]);
  }

  #close(connection: Deno.TcpConn): void {
    if (this.#open.delete(connection)) connection.close();
  }
}

/** Gives all that comes to `take`, until either end is gone. */
async function copy(
  from: Deno.TcpConn,
  take: (bytes: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const buffer = new Uint8Array(65536);
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) return;
      await take(buffer.subarray(0, count));
    }
  } catch {
    // It was cut.
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await to.write(rest));
}
