/** Network namespaces with a link of their own, and what tests need to make them. */
import { findCommand } from "../../scripts/test_tools.ts";
import type { Requirement } from "./requirements.ts";
import { systemCommand, toolPath } from "./system_command.ts";

/** This process may make network namespaces and links: root, and not in a strict container. */
export const MAY_MAKE_NAMESPACES: Requirement = {
  unmet: () => {
    if (Deno.uid() !== 0) return "not root";
    const ip = findCommand("ip");
    if (ip === undefined) return "no ip";
    const name = uniqueName();
    const run = (...args: string[]) =>
      new Deno.Command(ip, { args, stdout: "null", stderr: "null" }).outputSync().success;
    const made = run("netns", "add", name);
    return made && run("netns", "delete", name) ? undefined : "no network namespaces may be made";
  },
};

/** A namespace that goes away, with its links, when it is disposed of. */
export interface NetworkNamespace extends AsyncDisposable {
  /** What `ip netns` calls it. */
  readonly name: string;
  /** Runs a command inside and returns what it printed, both streams. @throws {Error} with that */
  run(command: string, ...args: string[]): Promise<string>;
  /** The start of a command line that runs its rest inside. */
  readonly enter: readonly string[];
}

/** Addresses of the link; nobody answers at the second. */
export const NEAR_ADDRESS = "192.0.2.1";
export const FAR_ADDRESS = "192.0.2.2";

/**
 * Makes a namespace with the two ends `near` and `far` of a virtual Ethernet link. What is sent to
 * the far address leaves through `near`, and arrives at `far`. The kernel says nothing by itself.
 */
export async function networkNamespace(): Promise<NetworkNamespace> {
  const ip = toolPath("ip");
  const namespace = await emptyNamespace();
  const { name } = namespace;
  try {
    const inside = (...args: string[]) => systemCommand(ip, ["-n", name, ...args]);
    await inside("link", "add", "near", "type", "veth", "peer", "name", "far");
    await inside("address", "add", `${NEAR_ADDRESS}/24`, "dev", "near");
    for (const link of ["lo", "near", "far"]) await inside("link", "set", link, "up");
    const neighbour = ["lladdr", "02:00:00:00:00:02", "dev", "near", "nud", "permanent"];
    await inside("neighbour", "add", FAR_ADDRESS, ...neighbour);
    return namespace;
  } catch (error) {
    await namespace[Symbol.asyncDispose]();
    throw error;
  }
}

/** Makes a namespace without any link that is up, in which the kernel has no IPv6 to speak. */
export async function emptyNamespace(): Promise<NetworkNamespace> {
  const ip = toolPath("ip");
  const name = uniqueName();
  await systemCommand(ip, ["netns", "add", name]);
  const enter = [ip, "netns", "exec", name];
  const namespace: NetworkNamespace = {
    name,
    enter,
    run: (command, ...args) => systemCommand(ip, ["netns", "exec", name, command, ...args]),
    [Symbol.asyncDispose]: async () => void await systemCommand(ip, ["netns", "delete", name]),
  };
  try {
    const quiet = "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6";
    await namespace.run("sh", "-c", quiet);
    return namespace;
  } catch (error) {
    await namespace[Symbol.asyncDispose]();
    throw error;
  }
}

let made = 0;

function uniqueName(): string {
  return `decnet-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}-${made++}`;
}
