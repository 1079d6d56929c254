/** Attackers with servers of their own, each at an address of its own on the loopback network. */
import { CONTENT_TYPE } from "../../lib/tls/constants.ts";
import { record, serverHello } from "./fake_tls_server.ts";
import { nameLists, sshOpening } from "./ssh_script.ts";

/** Cipher suites that JARM tells apart. */
const CIPHER_SUITES = [0xc02f, 0xc030, 0xcca8, 0x009c, 0x009d, 0xc013, 0xc014, 0x002f];

/** A host that may be probed. */
export interface Attacker {
  readonly address: string;
  /** True when it has a TLS server besides its SSH server. */
  readonly hasTls: boolean;
  /** How often each server has changed so far. */
  sshChanges: number;
  tlsChanges: number;
  /** Connections to its SSH server. */
  contacts: number;
}

/** Hosts at 127.77.x.y, all with the same ports. */
export class AttackerFleet implements AsyncDisposable {
  readonly attackers: readonly Attacker[];
  readonly sshPort: number;
  readonly tlsPort: number;
  readonly #listeners: Deno.TcpListener[] = [];
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #work = new Set<Promise<void>>();

  /** @param tlsEvery every so manieth has a TLS server */
  constructor(count: number, tlsEvery: number) {
    this.attackers = Array.from({ length: count }, (_, index) => ({
      address: `127.77.${index >> 8}.${index & 255}`,
      hasTls: index % tlsEvery === 0,
      sshChanges: 0,
      tlsChanges: 0,
      contacts: 0,
    }));
    this.sshPort = this.#listen(this.attackers, async (connection, attacker) => {
      attacker.contacts++;
      const lists = nameLists(`kex-${attacker.sshChanges}`);
      await writeAll(connection, sshOpening("SSH-2.0-fleet", lists));
      const buffer = new Uint8Array(1024);
      while (await connection.read(buffer) !== null);
    });
    this.tlsPort = this.#listen(
      this.attackers.filter(({ hasTls }) => hasTls),
      async (connection, attacker) => {
        if (await connection.read(new Uint8Array(4096)) === null) return;
        const cipherSuite = CIPHER_SUITES[attacker.tlsChanges % CIPHER_SUITES.length]!;
        await writeAll(connection, record(CONTENT_TYPE.handshake, serverHello({ cipherSuite })));
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#connections) close(connection);
    await Promise.all(this.#work);
  }

  /** Listens at all of these addresses on one port, which it returns. */
  #listen(
    attackers: readonly Attacker[],
    serve: (connection: Deno.TcpConn, attacker: Attacker) => Promise<void>,
  ): number {
    let port = 0;
    for (const attacker of attackers) {
      const listener = Deno.listen({ hostname: attacker.address, port });
      port = listener.addr.port;
      this.#listeners.push(listener);
      this.#track(this.#accept(listener, (connection) => serve(connection, attacker)));
    }
    return port;
  }

  async #accept(
    listener: Deno.TcpListener,
    serve: (connection: Deno.TcpConn) => Promise<void>,
  ): Promise<void> {
    for await (const connection of listener) {
      this.#connections.add(connection);
      this.#track(
        serve(connection)
          // Probers that are killed reset their connections.
          .catch(() => {})
          .finally(() => {
            this.#connections.delete(connection);
            close(connection);
          }),
      );
    }
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    work.finally(() => this.#work.delete(work));
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
