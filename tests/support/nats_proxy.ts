/** Stands between clients and a NATS hub: loses answers of the hub, or cuts the line. */

/** What the client says when it exchanges a key of a bucket. */
const EXCHANGE = "HPUB $KV.";

/** A proxy that is there until it is disposed of. */
export class NatsProxy implements AsyncDisposable {
  /** Exchanges that the hub is still to get while its answer is lost, with the connection. */
  losses = 0;
  /** Exchanges whose answer was lost. */
  lost = 0;
  readonly #hub: number;
  #isCut = false;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  /** @param hub port of the hub on 127.0.0.1 */
  constructor(hub: number) {
    this.#hub = hub;
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** `nats://127.0.0.1:<port>`. */
  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Ends all connections, and those that come, until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const connection of this.#connections) close(connection);
  }

  /** Connections live again. */
  mend(): void {
    this.#isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#connections) close(connection);
  }

  async #accept(): Promise<void> {
    const served: Promise<void>[] = [];
    try {
      for await (const client of this.#listener) {
        if (this.#isCut) {
          close(client);
          continue;
        }
        const hub = await Deno.connect({ hostname: "127.0.0.1", port: this.#hub });
        served.push(this.#serve(client, hub));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    for (const connection of this.#connections) close(connection);
    await Promise.all(served);
  }

  async #serve(client: Deno.TcpConn, hub: Deno.TcpConn): Promise<void> {
    this.#connections.add(client).add(hub);
    let isLosing = false;
    const forward = async (
      from: Deno.TcpConn,
      to: Deno.TcpConn,
      seen: (text: string) => boolean,
    ) => {
      const buffer = new Uint8Array(65536);
      try {
        for (let count; (count = await from.read(buffer)) !== null;) {
          const bytes = buffer.subarray(0, count);
          if (!seen(new TextDecoder("latin1").decode(bytes))) break;
          for (let at = 0; at < count;) at += await to.write(bytes.subarray(at));
        }
      } catch {
        // The other side has ended.
      }
      for (const connection of [client, hub]) close(connection);
    };
    await Promise.all([
      forward(client, hub, (text) => {
        if (this.losses > 0 && !isLosing && text.includes(EXCHANGE)) {
          this.losses--;
          isLosing = true;
        }
        return true;
      }),
      // The first answer after the exchange is the one to it.
      forward(hub, client, (text) => {
        const isAnswer = isLosing && text.includes('"seq":');
        if (isAnswer) this.lost++;
        return !isAnswer;
      }),
    ]);
    this.#connections.delete(client);
    this.#connections.delete(hub);
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
