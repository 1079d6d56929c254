/** Three NATS servers that are one JetStream, for tests. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { parseBusAddress } from "../../lib/bus/bus_address.ts";
import { connectBus } from "../../lib/bus/bus_connection.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free_port.ts";
import { type ServerProcess, startServer } from "./server_process.ts";

/** Servers of a cluster: one may be lost. */
export const CLUSTER_SIZE = 3;

/** Ports of a server: for clients, for the other servers, for those who ask how it is. */
interface Ports {
  readonly client: number;
  readonly route: number;
  readonly monitor: number;
}

/** A cluster that is there until it is disposed of. */
export class NatsCluster implements AsyncDisposable {
  /** `nats://127.0.0.1:<port>,127.0.0.1:<port>,...`. */
  readonly url: string;
  readonly #folder: string;
  readonly #ports: readonly Ports[];
  readonly #servers: (ServerProcess | undefined)[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#ports = Array.from({ length: CLUSTER_SIZE }, () => {
      return { client: freePort(), route: freePort(), monitor: freePort() };
    });
    this.url = `nats://${this.#ports.map(({ client }) => `127.0.0.1:${client}`).join(",")}`;
  }

  /** Starts the servers, and waits until they are of one mind. */
  static async start(): Promise<NatsCluster> {
    const cluster = new NatsCluster(await Deno.makeTempDir({ prefix: "decnet-test-" }));
    try {
      await Promise.all(cluster.#ports.map((_, index) => cluster.revive(index)));
      await cluster.#withConnection(async (connection) => {
        const manager = await jetstreamManager(connection, { checkAPI: false });
        await eventually(() => manager.getAccountInfo().then(() => true, () => false));
      });
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Kills a server by SIGKILL; what it stores stays. */
  async kill(index: number): Promise<void> {
    await this.#servers[index]?.kill();
    this.#servers[index] = undefined;
  }

  /** Starts a server, again where it was. */
  async revive(index: number): Promise<void> {
    const { client, route, monitor } = this.#ports[index]!;
    const path = `${this.#folder}/${index}.conf`;
    const routes = this.#ports.map((ports) => `"nats://127.0.0.1:${ports.route}"`).join(", ");
    await Deno.writeTextFile(
      path,
      [
        `server_name: "s${index}"`,
        `listen: "127.0.0.1:${client}"`,
        `http: "127.0.0.1:${monitor}"`,
        `jetstream { store_dir: "${this.#folder}/js-${index}" }`,
        `cluster { name: "test", listen: "127.0.0.1:${route}", routes: [${routes}] }`,
      ].join("\n"),
    );
    this.#servers[index] = await startServer({
      command: "nats-server",
      port: client,
      args: () => ["-c", path],
    });
  }

  /** The server that leads a stream; waits while there is none. */
  async leaderOf(stream: string): Promise<number> {
    let leader: string | undefined;
    await this.#withConnection(async (connection) => {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      await eventually(async () => {
        leader = await manager.streams.info(stream).then(
          ({ cluster }) => cluster?.leader,
          () => "",
        );
        return Boolean(leader);
      });
    });
    return Number(leader!.slice(1));
  }

  /** Has another server lead a stream, in good order. */
  async stepDown(stream: string): Promise<void> {
    await this.#withConnection(async (connection) => {
      await connection.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, "", { timeout: 10_000 });
    });
  }

  /** Waits until every server has all of a stream. */
  async healed(stream: string): Promise<void> {
    await this.#withConnection(async (connection) => {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      await eventually(async () => {
        const { cluster } = await manager.streams.info(stream).catch(() => ({
          cluster: undefined,
        }));
        const replicas = cluster?.replicas ?? [];
        return replicas.length === CLUSTER_SIZE - 1 &&
          replicas.every(({ current, offline }) => current && offline !== true);
      });
    });
  }

  /** The server that a client whose name begins so is connected to; waits while it is to none. */
  async serverOf(name: string): Promise<number> {
    let found = -1;
    await eventually(async () => {
      const connected = await Promise.all(this.#ports.map(async ({ monitor }) => {
        const answer = await fetch(`http://127.0.0.1:${monitor}/connz`).catch(() => undefined);
        const { connections } = await answer?.json() ?? { connections: [] };
        return connections.some((connection: { readonly name?: string }) =>
          connection.name?.startsWith(name)
        );
      }));
      found = connected.indexOf(true);
      return found >= 0;
    });
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // One that is asked to end hands its streams over first, and there will be nobody to take them.
    await Promise.all(this.#servers.map((server) => server?.kill()));
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #withConnection(action: (connection: NatsConnection) => Promise<void>): Promise<void> {
    const connection = await connectBus(parseBusAddress(this.url), { name: "test" });
    try {
      await action(connection);
    } finally {
      await connection.close();
    }
  }
}
