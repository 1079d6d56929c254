/** A fleet: a hub, sensors, a prober and profile workers, each a process in a network namespace of its own. */
import { CursorFile } from "../../lib/tail/cursor_file.ts";
import { type DecnetOptions, startDecnet } from "./decnet.ts";
import { FleetLogs } from "./fleet_logs.ts";
import { MortalProcess } from "./mortal_process.ts";
import {
  BRIDGE_NETWORK,
  type BridgedHost,
  HUB_ADDRESS,
  NamespaceBridge,
} from "./namespace_bridge.ts";
import type { NetworkNamespace } from "./network_namespace.ts";
import { tempFolder } from "./temp_folder.ts";

/** How big a fleet is. */
export interface FleetSize {
  readonly sensors: number;
  readonly workers: number;
  /** Hosts with servers that change. */
  readonly hosts: number;
  readonly events: number;
  readonly attackers: number;
}

/** Where everybody meets. */
export const HUB_URL = `nats://${HUB_ADDRESS}`;

/** Port of the servers that change; each namespace has all ports to itself. */
const SSH_PORT = 22;

/** Far beyond what reading all of a large stream takes. */
const HANGS_AFTER_MS = 240_000;

const ROTATING_HOSTS = new URL("./rotating_hosts_child.ts", import.meta.url).pathname;

/** A program and the machine that it runs on. */
export interface Placed {
  readonly process: MortalProcess;
  readonly host: BridgedHost;
}

/** The fleet. */
export class FleetWorld implements AsyncDisposable {
  readonly folder: string;
  readonly logs: FleetLogs;
  readonly server: MortalProcess;
  readonly rotating: MortalProcess;
  readonly shippers: readonly Placed[];
  readonly prober: Placed;
  readonly proberShipper: Placed;
  readonly workers: readonly Placed[];
  /** Addresses of the hosts that change. */
  readonly hosts: readonly string[];
  readonly #size: FleetSize;
  readonly #hub: NetworkNamespace;
  readonly #parts: AsyncDisposableStack;

  private constructor(
    size: FleetSize,
    folder: string,
    parts: AsyncDisposableStack,
    bridge: NamespaceBridge,
    [changing, proberHost, ...others]: readonly BridgedHost[],
  ) {
    this.#size = size;
    this.folder = folder;
    this.#parts = parts;
    this.#hub = bridge.hub;
    const sensors = Array.from({ length: size.sensors }, (_, index) => `edge-${index + 1}`);
    this.hosts = changing!.addresses;
    this.logs = new FleetLogs(folder, sensors, { ...size, seed: 7 }, this.hosts);
    const run = (host: BridgedHost, args: readonly string[]): Placed => {
      const env = { XDG_STATE_HOME: folder };
      const process = new MortalProcess(() => this.#start(host.namespace, args, { env }));
      return { process: parts.use(process), host };
    };
    this.server = parts.use(
      new MortalProcess(() =>
        spawn([...bridge.hub.enter, "nats-server", "-c", `${folder}/nats.conf`])
      ),
    );
    const hosts = [Deno.execPath(), "run", "-A", "--quiet", ROTATING_HOSTS, String(SSH_PORT)];
    this.rotating = parts.use(
      new MortalProcess(() => spawn([...changing!.namespace.enter, ...hosts])),
    );
    this.shippers = sensors.map((sensor, index) => run(others[index]!, this.#ship(sensor)));
    this.prober = run(proberHost!, [
      ...["probe", "--from-log", HUB_URL, "--watch", "--interval", "500ms", "--cooldown", "500ms"],
      ...["--state", `${HUB_URL}/fleet`, "--sensor", "prober-1", "--out", `${folder}/prober`],
      ...["--probe", "hassh", "--port", `hassh=${SSH_PORT}`, "--allow", BRIDGE_NETWORK],
      ...["--rate", "0", "--target-rate", "0", "--timeout", "2s"],
    ]);
    this.proberShipper = run(proberHost!, this.#ship("prober"));
    this.workers = Array.from(
      { length: size.workers },
      (_, index) =>
        run(others[size.sensors + index]!, [
          ...this.readArguments(index),
          ...["--watch", "--interval", "500ms", "--events", "--out", this.workerLog(index)],
        ]),
    );
  }

  /** Makes the namespaces; nothing runs yet. */
  static async make(size: FleetSize): Promise<FleetWorld> {
    await using parts = new AsyncDisposableStack();
    const { path } = parts.use(await tempFolder());
    const bridge = parts.use(await NamespaceBridge.make());
    const hosts = [await bridge.join(size.hosts)];
    while (hosts.length < 2 + size.sensors + size.workers) hosts.push(await bridge.join());
    const config = `listen: "${HUB_ADDRESS}:4222"\njetstream { store_dir: "${path}/js" }\n`;
    await Deno.writeTextFile(`${path}/nats.conf`, config);
    return new FleetWorld(size, path, parts.move(), bridge, hosts);
  }

  /** Starts the hub, and waits until it takes connections. */
  async startServer(): Promise<void> {
    this.server.printed = "";
    this.server.start();
    await this.server.says("Server is ready");
  }

  /** A `decnet` at the hub, run to its end. @throws {Error} when it fails */
  async decnet(...args: string[]): Promise<string> {
    const child = this.#start(this.#hub, args, {});
    const killer = setTimeout(() => child.kill("SIGKILL"), HANGS_AFTER_MS);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(killer);
    const printed = new TextDecoder().decode(stdout);
    if (code === 0) return printed;
    throw new Error(`decnet ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }

  /** What a worker reads with. @param index from 0 on */
  readArguments(index: number): string[] {
    const partition = `${index + 1}/${this.#size.workers}`;
    return ["profile", HUB_URL, "--partition", partition, "--db", this.store(index)];
  }

  /** The store of a worker. */
  store(index: number): string {
    return `${this.folder}/part-${index + 1}.db`;
  }

  /** The base of a worker's own log. */
  workerLog(index: number): string {
    return `${this.folder}/worker-${index + 1}`;
  }

  /** All logs whose events belong into the stream. */
  get shipped(): readonly string[] {
    return [...this.logs.paths, `${this.folder}/prober.json`];
  }

  /** True when the hub has all that stands in the log at `path` by now. */
  hasArrived(path: string): boolean {
    const { cursors } = new CursorFile(`${path}.cursor`).load();
    const [cursor] = cursors.values();
    return cursor?.offset === Deno.statSync(path).size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }

  #ship(name: string): string[] {
    const path = `${this.folder}/${name}.json`;
    return ["tail", path, "--to", HUB_URL, "--cursor", `${path}.cursor`];
  }

  #start(
    namespace: NetworkNamespace,
    args: readonly string[],
    options: DecnetOptions,
  ): Deno.ChildProcess {
    return startDecnet(args, { ...options, under: namespace.enter });
  }
}

function spawn([command, ...args]: readonly string[]): Deno.ChildProcess {
  const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return new Deno.Command(command!, { args, ...pipes }).spawn();
}
