/** Machines in network namespaces of their own, around a bridge in one that is the hub. */
import { emptyNamespace, type NetworkNamespace } from "./network_namespace.ts";
import { systemCommand, toolPath } from "./system_command.ts";

/** First three bytes of all addresses; the hub is `.1`. */
const NETWORK = "10.77.0";

/** The hub's address. */
export const HUB_ADDRESS = `${NETWORK}.1`;

/** All of them. */
export const BRIDGE_NETWORK = `${NETWORK}.0/24`;

/** A machine at the bridge. */
export interface BridgedHost {
  readonly namespace: NetworkNamespace;
  readonly addresses: readonly string[];
  /** Takes its cable out: nothing comes or goes, and nobody is told. */
  cut(): Promise<void>;
  /** Puts it back. */
  mend(): Promise<void>;
}

/** The bridge, and everybody at it. */
export class NamespaceBridge implements AsyncDisposable {
  readonly hub: NetworkNamespace;
  readonly #parts: AsyncDisposableStack;
  #hosts = 0;
  #addresses = 1;

  private constructor(hub: NetworkNamespace, parts: AsyncDisposableStack) {
    this.hub = hub;
    this.#parts = parts;
  }

  /** Makes the hub's namespace. */
  static async make(): Promise<NamespaceBridge> {
    await using parts = new AsyncDisposableStack();
    const hub = parts.use(await emptyNamespace());
    await inside(hub, "link", "add", "bridge", "type", "bridge");
    await inside(hub, "address", "add", `${HUB_ADDRESS}/24`, "dev", "bridge");
    for (const link of ["lo", "bridge"]) await inside(hub, "link", "set", link, "up");
    return new NamespaceBridge(hub, parts.move());
  }

  /** Adds a machine with so many addresses. */
  async join(addresses = 1): Promise<BridgedHost> {
    const namespace = this.#parts.use(await emptyNamespace());
    const port = `port${this.#hosts++}`;
    const peer = ["peer", "name", "eth0", "netns", namespace.name];
    await inside(this.hub, "link", "add", port, "type", "veth", ...peer);
    await inside(this.hub, "link", "set", port, "master", "bridge", "up");
    const own = Array.from({ length: addresses }, () => `${NETWORK}.${++this.#addresses}`);
    for (const address of own) {
      await inside(namespace, "address", "add", `${address}/24`, "dev", "eth0");
    }
    for (const link of ["lo", "eth0"]) await inside(namespace, "link", "set", link, "up");
    return {
      namespace,
      addresses: own,
      cut: () => inside(this.hub, "link", "set", port, "down"),
      mend: () => inside(this.hub, "link", "set", port, "up"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync();
  }
}

async function inside(namespace: NetworkNamespace, ...args: string[]): Promise<void> {
  await systemCommand(toolPath("ip"), ["-n", namespace.name, ...args]);
}
