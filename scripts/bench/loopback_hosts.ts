// deno-lint-ignore-file no-console -- a benchmark prints figures
/**
 * Many hosts on the loopback network in one process: some forward to a real server and add a delay
 * each way, some accept and say nothing. Prints `ready` when all listen, and runs until stdin ends.
 *
 * Usage: deno run -A loopback_hosts.ts '{"real": [...], "silent": [...], "ports": {"9443": 40001},
 *   "delay": 25}'
 */

/** The argument. */
export interface LoopbackHosts {
  /** Addresses that forward. */
  readonly real: readonly string[];
  /** Addresses that accept and say nothing. */
  readonly silent: readonly string[];
  /** By port of the hosts, the port of the real server on 127.0.0.1. */
  readonly ports: Readonly<Record<string, number>>;
  /** Milliseconds added to what is sent, each way. */
  readonly delay: number;
}

async function forward(client: Deno.TcpConn, backend: number, delay: number): Promise<void> {
  try {
    client.setNoDelay();
    const server = await Deno.connect({ hostname: "127.0.0.1", port: backend });
    await Promise.allSettled([delayed(client, server, delay), delayed(server, client, delay)]);
  } catch {
    close(client);
  }
}

/** Copies with a delay; what is under way at a time is bounded by what a handshake sends. */
async function delayed(from: Deno.Conn, to: Deno.Conn, delay: number): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  let last: Promise<unknown> = Promise.resolve();
  try {
    for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
      const bytes = buffer.slice(0, n);
      const turn = new Promise((resolve) => setTimeout(resolve, delay));
      last = Promise.all([last, turn]).then(() => to.write(bytes));
      last.catch(() => {});
    }
    await last;
  } catch {
    // Either side may go away at any time.
  } finally {
    close(from);
    close(to);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Closed by the other direction.
  }
}

async function serve(listener: Deno.TcpListener, handle: (connection: Deno.TcpConn) => void) {
  while (true) {
    try {
      handle(await listener.accept());
    } catch {
      // The peer was gone before it was accepted (ENOTCONN).
    }
  }
}

if (import.meta.main) {
  const hosts: LoopbackHosts = JSON.parse(Deno.args[0]!);
  for (const [port, backend] of Object.entries(hosts.ports)) {
    for (const hostname of hosts.real) {
      const listener = Deno.listen({ hostname, port: Number(port) });
      void serve(listener, (client) => void forward(client, backend, hosts.delay));
    }
    for (const hostname of hosts.silent) {
      void serve(Deno.listen({ hostname, port: Number(port) }), () => {});
    }
  }
  console.log("ready");
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
