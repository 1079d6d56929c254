/** TCP servers written for a test: they say what the test wants, at the pace that it wants. */
import type { Server } from "./server_process.ts";

/** A client's connection, seen from a script. */
export interface Client {
  /** Counts connections from 0. */
  readonly index: number;
  /** Next bytes of the client; undefined when it has closed. */
  read(): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
  /** Waits; throws when the server is disposed of meanwhile. */
  pause(milliseconds: number): Promise<void>;
  /** Ends the connection; safe to call twice. */
  close(): void;
}

/** What a server does with each client; when it returns, the connection is closed. */
export type Script = (client: Client) => Promise<void> | void;

/** A server with a script. */
export interface ScriptedServer extends Server {
  /** Connections accepted so far. */
  readonly connections: number;
}

/** Starts a server that runs `script` for each connection on its own. */
export function serve(script: Script): ScriptedServer {
  return new RunningScript(script);
}

class RunningScript implements ScriptedServer {
  readonly port: number;
  connections = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #script: Script;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  readonly #stop = new AbortController();
  #failure: unknown;

  constructor(script: Script) {
    this.#script = script;
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.#stop.abort();
    for (const connection of this.#open) this.#close(connection);
    await this.#accepting;
    await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      const index = this.connections++;
      const running = this.#run(connection, index).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  async #run(connection: Deno.TcpConn, index: number): Promise<void> {
    this.#open.add(connection);
    try {
      await this.#script(this.#client(connection, index));
    } catch (error) {
      if (!isGone(error)) this.#failure ??= error;
    } finally {
      this.#close(connection);
    }
  }

  #close(connection: Deno.TcpConn): void {
    if (this.#open.delete(connection)) connection.close();
  }

  #client(connection: Deno.TcpConn, index: number): Client {
    const buffer = new Uint8Array(16_384);
    const { signal } = this.#stop;
    return {
      index,
      async read() {
        const length = await connection.read(buffer);
        return length === null ? undefined : buffer.slice(0, length);
      },
      async write(bytes) {
        for (let rest = bytes; rest.length > 0;) {
          rest = rest.subarray(await connection.write(rest));
        }
      },
      close: () => this.#close(connection),
      pause: (milliseconds) =>
        new Promise((resolve, reject) => {
          const onStop = () => {
            clearTimeout(timer);
            reject(signal.reason);
          };
          const timer = setTimeout(() => {
            signal.removeEventListener("abort", onStop);
            resolve();
          }, milliseconds);
          if (signal.aborted) onStop();
          else signal.addEventListener("abort", onStop, { once: true });
        }),
    };
  }
}

/** The client has closed or reset the connection, or the server was disposed of: no fault. */
function isGone(error: unknown): boolean {
  return [
    Deno.errors.ConnectionReset,
    Deno.errors.ConnectionAborted,
    Deno.errors.BrokenPipe,
    Deno.errors.Interrupted,
    Deno.errors.BadResource,
  ].some((kind) => error instanceof kind) ||
    error instanceof DOMException && error.name === "AbortError";
}

/** Reads until the client closes, and says nothing. */
export const silent: Script = async (client) => {
  while (await client.read() !== undefined);
};

/** Closes at once. */
export const closing: Script = () => {};

/** Answers the client's first bytes with `bytes` and closes. */
export function answering(bytes: Uint8Array): Script {
  return async (client) => {
    if (await client.read() !== undefined) await client.write(bytes);
  };
}

/** Sends `opening`, then `chunk` without end, as fast as the client takes it. */
export function flooding(chunk: Uint8Array, opening: Uint8Array = new Uint8Array(0)): Script {
  return async (client) => {
    await client.write(opening);
    while (true) await client.write(chunk);
  };
}

/** Sends `bytes` in pieces of `size` with a pause after each, again from the start without end. */
export function trickling(bytes: Uint8Array, size: number, pauseMs: number): Script {
  return async (client) => {
    for (let offset = 0;; offset = (offset + size) % bytes.length) {
      await client.write(bytes.subarray(offset, offset + size));
      await client.pause(pauseMs);
    }
  };
}

/** Sends `bytes` in pieces of `size` with a pause before each. */
async function dribble(
  client: Client,
  bytes: Uint8Array,
  size: number,
  pauseMs: number,
): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += size) {
    await client.pause(pauseMs);
    await client.write(bytes.subarray(offset, offset + size));
  }
}

/** How a forwarder treats what passes through it towards the client. */
export interface ForwardOptions {
  /** Milliseconds before each piece of the answer. */
  readonly pauseMs?: number;
  /** Bytes of the answer that pass at a time; undefined for as they come. */
  readonly size?: number;
}

/** Hands each connection on to `port` of 127.0.0.1, and ends both sides when one has ended. */
export function forwarding(port: number, { pauseMs = 0, size }: ForwardOptions = {}): Script {
  return async (client) => {
    const upstream = await Deno.connect({ hostname: "127.0.0.1", port });
    const requests = passOn(client, upstream);
    try {
      const buffer = new Uint8Array(16_384);
      for (let length; (length = await upstream.read(buffer)) !== null;) {
        await dribble(client, buffer.slice(0, length), size ?? length, pauseMs);
      }
    } finally {
      close(upstream);
      client.close();
      await requests;
    }
  };
}

/** Passes on what the client says until it has closed; then closes `upstream` too. */
async function passOn(client: Client, upstream: Deno.TcpConn): Promise<void> {
  try {
    for (let bytes; (bytes = await client.read()) !== undefined;) {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await upstream.write(rest));
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    close(upstream);
  }
}

/** Closes a connection that may be closed already, which throws. */
function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
