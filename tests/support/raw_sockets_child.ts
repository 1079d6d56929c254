/**
 * Uses raw sockets on the loopback interface in ways that a process of its own is needed for; prints one
 * line of JSON.
 *
 * Usage: deno run -A raw_sockets_child.ts SCENARIO
 */
import { RawSockets } from "../../ffi/raw_network.ts";
import { RawError } from "../../ffi/raw_error.ts";
import { ProbeFailure } from "../../lib/probe/probe.ts";
import { writeSyn } from "../../lib/raw/syn.ts";

const LOOPBACK = "127.0.0.1";

const CYCLES = 50;

function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** A SYN to a port of this machine. */
function synTo(network: RawSockets, destinationPort: number) {
  const route = network.route(LOOPBACK);
  const { source, destination } = route;
  const [sourcePort] = network.ports as [number];
  const fields = {
    source,
    destination,
    sourcePort,
    destinationPort,
    sequence: 7,
    timestamp: 1,
    id: 1,
  };
  return { route, packet: writeSyn(fields) };
}

/** The flags of what answers a SYN. */
function knock(network: RawSockets, port: number): Promise<number> {
  const { route, packet } = synTo(network, port);
  return new Promise((resolve) => {
    const forget = network.listen(route.destination, ({ sourcePort, tcpFlags }) => {
      if (sourcePort !== port) return;
      forget();
      resolve(tcpFlags);
    });
    network.send(packet, route);
  });
}

function outcomeOf(call: () => unknown): string {
  try {
    call();
    return "done";
  } catch (error) {
    return error instanceof ProbeFailure ? error.outcome : String(error);
  }
}

const SCENARIOS: Readonly<Record<string, () => unknown>> = {
  async answers() {
    using network = new RawSockets();
    using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
    const { port } = listener.addr;
    const flags = [await knock(network, port)];
    listener.close();
    flags.push(await knock(network, port));
    return flags;
  },

  /** Whether a server could be bound to one of its ports. */
  ports() {
    using network = new RawSockets();
    const bound = network.ports.filter((port) => {
      try {
        Deno.listen({ hostname: LOOPBACK, port }).close();
        return true;
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
        return false;
      }
    });
    return { ports: new Set(network.ports).size, bound: bound.length };
  },

  async leaks() {
    const cycle = async () => {
      using network = new RawSockets();
      await knock(network, 1);
    };
    await cycle();
    const before = openDescriptors();
    for (let count = 0; count < CYCLES; count++) await cycle();
    // Deno itself may have opened some.
    return openDescriptors() - before >= CYCLES;
  },

  async closing() {
    const network = new RawSockets();
    const { route, packet } = synTo(network, 1);
    let heard = 0;
    network.listen(route.destination, () => heard++);
    const sending = network.sendMany(route, {
      template: packet,
      count: 1_000_000_000,
      write: () => {},
      rate: 1000,
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    network[Symbol.dispose]();
    network[Symbol.dispose]();
    const sent = await sending;
    return {
      ended: sent < 1_000_000_000,
      heard: heard > 0,
      after: [
        outcomeOf(() => network.send(packet, route)),
        outcomeOf(() => network.route(LOOPBACK)),
        outcomeOf(() => network.neighbours(1, 4)),
        outcomeOf(() => network.listen(undefined, () => {})),
        outcomeOf(() => network.now()),
        outcomeOf(() => network.dropped()),
      ],
      rejected: await network.sendMany(route, { template: packet, count: 1, write() {}, rate: 0 })
        .catch((error: ProbeFailure) => error.outcome),
    };
  },

  /** A process that does not close them ends all the same, once nobody listens. */
  async forgotten() {
    const network = new RawSockets();
    return await knock(network, 1);
  },

  /** Two at a time do not hear each other. */
  async two() {
    using one = new RawSockets();
    using other = new RawSockets();
    let overheard = 0;
    other.listen(undefined, () => overheard++);
    const flags = await Promise.all([knock(one, 1), knock(one, 2)]);
    await knock(other, 3);
    return { flags, overheard };
  },

  routes() {
    using network = new RawSockets();
    const { local, gateway, mtu, interfaceName } = network.route(LOOPBACK);
    return {
      local,
      onLink: gateway === undefined,
      mtu: mtu > 0,
      interfaceName,
      mapped: network.route("::ffff:127.0.0.1").destination.length,
      broken: ["", "no address", "255.255.255.255", "224.0.0.1", "ff02::1"]
        .map((address) => outcomeOf(() => network.route(address))),
    };
  },
};

if (import.meta.main) {
  const scenario = SCENARIOS[Deno.args[0] ?? ""]!;
  let result: unknown;
  try {
    result = await scenario();
  } catch (error) {
    if (!(error instanceof RawError)) throw error;
    result = error.kind;
  }
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}
