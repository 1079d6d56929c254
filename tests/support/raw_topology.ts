/** Hosts with kernels of their own, in a row: near - routers - far. */
import { type NetworkNamespace } from "./network_namespace.ts";
import { systemCommand, toolPath } from "./system_command.ts";

/** The far host's addresses, which stay the same however many routers there are. */
export const TARGET4 = "203.0.113.7";
export const TARGET6 = "2001:db8:ff::7";

/** Namespaces from the near host to the far one, which go away together. */
export interface RawTopology extends AsyncDisposable {
  readonly near: NetworkNamespace;
  readonly routers: readonly NetworkNamespace[];
  readonly far: NetworkNamespace;
}

/** Link number `index` is between the hosts `index` (its left end) and `index + 1`. */
const left4 = (index: number) => `198.51.100.${4 * index + 1}`;
const right4 = (index: number) => `198.51.100.${4 * index + 2}`;
const left6 = (index: number) => `2001:db8:${index + 1}::1`;
const right6 = (index: number) => `2001:db8:${index + 1}::2`;

/** Addresses of the first router towards the near host; of the far host where there is none. */
export const NEXT4 = right4(0);
export const NEXT6 = right6(0);

/** Makes the hosts. Interfaces are called `left` and `right`, after where they lead. */
export async function rawTopology(routerCount: number): Promise<RawTopology> {
  const hosts: NetworkNamespace[] = [];
  const dispose = async () => {
    for (const host of hosts) await host[Symbol.asyncDispose]();
  };
  try {
    for (let index = 0; index < routerCount + 2; index++) hosts.push(await host());
    for (let index = 0; index + 1 < hosts.length; index++) {
      await link(hosts[index]!, hosts[index + 1]!, index);
    }
    const last = hosts.length - 1;
    for (const [index, host] of hosts.entries()) {
      if (index > 0 && index < last) await setSysctl(host, "net.ipv4.ip_forward", 1);
      if (index > 0 && index < last) await setSysctl(host, "net.ipv6.conf.all.forwarding", 1);
      if (index < last) await routeRight(host, index);
      if (index > 1) await routeLeft(host, index);
    }
    const far = hosts[last]!;
    await ip(far, "address", "add", `${TARGET4}/32`, "dev", "lo");
    await ip(far, "address", "add", `${TARGET6}/128`, "dev", "lo");
    const near = hosts[0]!;
    return { near, routers: hosts.slice(1, last), far, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Addresses of hosts on one link, by their number from 0. */
export const linkAddress4 = (index: number): string => `198.51.100.${index + 1}`;
/** See {@linkcode linkAddress4}. */
export const linkAddress6 = (index: number): string => `2001:db8::${index + 1}`;

/** Hosts on one link, each with an interface `eth`. */
export interface RawLink extends AsyncDisposable {
  readonly hosts: readonly NetworkNamespace[];
  /** What connects them: its interfaces are `left`, `right`, and `port2` and so on. */
  readonly hub: NetworkNamespace;
}

/** Makes hosts on one link. @param bridged without it, nothing passes frames on */
export async function rawLink(hostCount: number, bridged: boolean): Promise<RawLink> {
  const made: NetworkNamespace[] = [];
  const dispose = async () => {
    for (const host of made) await host[Symbol.asyncDispose]();
  };
  try {
    for (let index = 0; index < hostCount + 1; index++) made.push(await host());
    const [hub, ...hosts] = made as [NetworkNamespace, ...NetworkNamespace[]];
    await setSysctl(hub, "net.ipv6.conf.default.disable_ipv6", 1);
    if (bridged) {
      await ip(hub, "link", "add", "bridge", "type", "bridge");
      await ip(hub, "link", "set", "bridge", "up");
    }
    for (const [index, host] of hosts.entries()) {
      const port = ["left", "right"][index] ?? `port${index}`;
      await ip(host, "link", "add", "eth", "type", "veth", "peer", "name", port, "netns", hub.name);
      await ip(host, "address", "add", `${linkAddress4(index)}/24`, "dev", "eth");
      await ip(host, "address", "add", `${linkAddress6(index)}/64`, "dev", "eth");
      await ip(host, "link", "set", "eth", "up");
      if (bridged) await ip(hub, "link", "set", port, "master", "bridge");
      await ip(hub, "link", "set", port, "up");
    }
    return { hosts, hub, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Sets a kernel parameter in a namespace. */
export async function setSysctl(
  host: NetworkNamespace,
  name: string,
  value: number | string,
): Promise<void> {
  await host.run("sh", "-c", `echo '${value}' > /proc/sys/${name.replaceAll(".", "/")}`);
}

/** Runs ip(8) on a host. */
export async function ip(host: NetworkNamespace, ...args: string[]): Promise<string> {
  return await systemCommand(toolPath("ip"), ["-n", host.name, ...args]);
}

/** Where rules of nftables apply. */
export type Hook = "prerouting" | "input" | "output" | "forward";

/** Has nftables apply these rules on a host, and no others any more. */
export async function setRules(
  host: NetworkNamespace,
  hook: Hook,
  ...rules: readonly string[]
): Promise<void> {
  const names = rules.flatMap((rule) => /counter name (\w+)/.exec(rule)?.[1] ?? []);
  const lines = [
    "flush ruleset",
    "table inet test {",
    ...names.map((name) => `counter ${name} { }`),
    "chain rules {",
    `type filter hook ${hook} priority 0;`,
    ...rules,
    "}",
    "}",
    "",
  ];
  const nft = [...host.enter.slice(1), toolPath("nft"), "-f", "-"];
  await systemCommand(toolPath("ip"), nft, { stdin: lines.join("\n") });
}

/** Packets that the rule with `counter name ...` has counted. */
export async function counted(host: NetworkNamespace, name: string): Promise<number> {
  const text = await host.run(toolPath("nft"), "list", "counter", "inet", "test", name);
  return Number(/packets (\d+)/.exec(text)?.[1]);
}

/** A namespace that has only its loopback interface. */
export async function host(): Promise<NetworkNamespace> {
  const command = toolPath("ip");
  const name = `decnet-raw-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  await systemCommand(command, ["netns", "add", name]);
  const made: NetworkNamespace = {
    name,
    enter: [command, "netns", "exec", name],
    run: (program, ...args) => systemCommand(command, ["netns", "exec", name, program, ...args]),
    [Symbol.asyncDispose]: async () => void await systemCommand(command, ["netns", "delete", name]),
  };
  // Addresses are to be of use at once, without a search for duplicates.
  for (const scope of ["all", "default"]) {
    await setSysctl(made, `net.ipv6.conf.${scope}.accept_dad`, 0);
  }
  await ip(made, "link", "set", "lo", "up");
  return made;
}

/** A virtual Ethernet link from `right` of one host to `left` of another. */
async function link(a: NetworkNamespace, b: NetworkNamespace, index: number): Promise<void> {
  const ends = ["type", "veth", "peer", "name", "left", "netns", b.name];
  await ip(a, "link", "add", "right", ...ends);
  await ip(a, "address", "add", `${left4(index)}/30`, "dev", "right");
  await ip(a, "address", "add", `${left6(index)}/64`, "dev", "right");
  await ip(b, "address", "add", `${right4(index)}/30`, "dev", "left");
  await ip(b, "address", "add", `${right6(index)}/64`, "dev", "left");
  await ip(a, "link", "set", "right", "up");
  await ip(b, "link", "set", "left", "up");
}

async function routeRight(host: NetworkNamespace, index: number): Promise<void> {
  await ip(host, "route", "add", "default", "via", right4(index));
  await ip(host, "-6", "route", "add", "default", "via", right6(index));
}

async function routeLeft(host: NetworkNamespace, index: number): Promise<void> {
  await ip(host, "route", "add", "198.51.100.0/30", "via", left4(index - 1));
  await ip(host, "-6", "route", "add", "2001:db8:1::/64", "via", left6(index - 1));
}
