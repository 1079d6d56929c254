/** Stands between a client and a server, and makes packets of what they say. */
import type { CapturedPacket } from "./capture_builder.ts";
import { MadeConnection, type SideName } from "./made_connection.ts";

/** What one side said at a time. */
interface Said {
  readonly side: SideName;
  readonly bytes: Uint8Array;
}

/** A forwarder for one connection. */
export class RecordedConnection implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #said: Said[] = [];
  readonly #done: Promise<void>;

  /** @param server port on 127.0.0.1 */
  constructor(server: number) {
    this.#done = this.#serve(server);
  }

  /** Where the client has to connect to. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** The connection as it would be captured, once both sides have ended it. */
  async packets(): Promise<CapturedPacket[]> {
    await this.#done;
    const made = new MadeConnection();
    const at = { client: 0, server: 0 };
    return [
      ...made.open(),
      ...this.#said.map(({ side, bytes }) => {
        const packet = made.packet(side, at[side], bytes);
        at[side] += bytes.length;
        return packet;
      }),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#done;
  }

  async #serve(port: number): Promise<void> {
    try {
      using client = await this.#listener.accept();
      using server = await Deno.connect({ hostname: "127.0.0.1", port });
      await Promise.all([
        this.#forward("client", client, server),
        this.#forward("server", server, client),
      ]);
    } catch {
      // Nobody came, or somebody broke it off.
    }
  }

  async #forward(side: SideName, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    for await (const bytes of from.readable) {
      this.#said.push({ side, bytes });
      const writer = to.writable.getWriter();
      await writer.write(bytes);
      writer.releaseLock();
    }
    await to.closeWrite();
  }
}
