/** Two machines on a wire of their own: network namespaces, between which tcpdump listens. */

/** Addresses of the server, and its name in the hosts file of both machines. */
export const SERVER = "192.0.2.2";
export const SERVER6 = "2001:db8::2";
export const SERVER_NAME = "decoy.example";

/** Hardware address of the server's end. */
export const SERVER_MAC = "02:00:00:00:00:02";

/** The client's end of the wire. */
export const CLIENT_LINK = "near";

const CLIENT = "192.0.2.1";
const CLIENT6 = "2001:db8::1";
const CLIENT_MAC = "02:00:00:00:00:01";

/** How long a program may take to listen, and to end. */
const READY_WITHIN_MS = 20_000;
const POLL_MS = 100;

/** How long packets may take from the wire to the file. */
const SETTLE_MS = 700;

/** What one program printed. */
export interface Printed {
  readonly success: boolean;
  readonly output: string;
}

/** Both machines, and a folder for their files. */
export class Lab implements AsyncDisposable {
  readonly folder: string;
  readonly #names: { readonly client: string; readonly server: string };

  private constructor(folder: string) {
    this.folder = folder;
    this.#names = { client: `decnet-client-${Deno.pid}`, server: `decnet-server-${Deno.pid}` };
  }

  /** Sets both up. @throws {Error} when that is not allowed here */
  static async make(): Promise<Lab> {
    const lab = new Lab(await Deno.makeTempDir({ prefix: "decnet-captures-" }));
    try {
      await lab.#wire();
      return lab;
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Runs a client to its end; what it makes of the answer does not matter. */
  async client(command: string, ...args: string[]): Promise<Printed> {
    return await run("ip", ["netns", "exec", this.#names.client, command, ...args]);
  }

  /** Starts a server, and waits until it listens on `port` of TCP; 0 for one that does not. */
  async serve(port: number, command: string, ...args: string[]): Promise<AsyncDisposable> {
    const child = new Deno.Command("ip", {
      args: ["netns", "exec", this.#names.server, command, ...args],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const stop = async () => {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await child.stdin.close().catch(() => {});
      await child.status;
    };
    if (port !== 0 && !await this.#listens(port)) {
      await stop();
      throw new Error(`${command} does not listen on ${port}`);
    }
    return { [Symbol.asyncDispose]: stop };
  }

  /** Captures what passes by while `talk` runs. @param filter of tcpdump */
  async capture(path: string, filter: string, talk: () => Promise<unknown>): Promise<void> {
    const child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", this.#names.client, "tcpdump", "-i", CLIENT_LINK, "-U", "-Z", "root"],
        ...["--immediate-mode", "-w", path, filter],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    while (!printed.includes("listening on")) {
      const { value, done } = await errors.read();
      if (done) throw new Error(`tcpdump: ${printed}`);
      printed += value;
    }
    await talk();
    await pause(SETTLE_MS);
    child.kill("SIGINT");
    while (!(await errors.read()).done);
    await child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of Object.values(this.#names)) {
      await run("ip", ["netns", "delete", name]);
      await Deno.remove(`/etc/netns/${name}`, { recursive: true }).catch(() => {});
    }
    await Deno.remove(this.folder, { recursive: true });
  }

  async #wire(): Promise<void> {
    const { client, server } = this.#names;
    const hosts = `127.0.0.1 localhost\n${SERVER} ${SERVER_NAME}\n`;
    for (const name of [client, server]) {
      await must("ip", ["netns", "add", name]);
      // What `ip netns exec` puts in the place of the files in /etc.
      await Deno.mkdir(`/etc/netns/${name}`, { recursive: true });
      await Deno.writeTextFile(`/etc/netns/${name}/hosts`, hosts);
      await Deno.writeTextFile(`/etc/netns/${name}/resolv.conf`, "");
    }
    await must("ip", [
      ...["link", "add", CLIENT_LINK, "address", CLIENT_MAC, "netns", client],
      ...["type", "veth", "peer", "name", "far", "address", SERVER_MAC, "netns", server],
    ]);
    const ends = [[client, CLIENT_LINK, CLIENT, CLIENT6], [
      server,
      "far",
      SERVER,
      SERVER6,
    ]] as const;
    for (const [name, link, address, address6] of ends) {
      const inside = (...args: string[]) => must("ip", ["-n", name, ...args]);
      await inside("address", "add", `${address}/24`, "dev", link);
      await inside("address", "add", `${address6}/64`, "dev", link, "nodad");
      for (const one of ["lo", link]) await inside("link", "set", one, "up");
      // Else segments are captured before they are cut, and checksums before they are computed.
      await must("ip", [
        ...["netns", "exec", name, "ethtool", "-K", link],
        ...["tso", "off", "gso", "off", "gro", "off", "tx", "off", "rx", "off"],
      ]);
    }
  }

  async #listens(port: number): Promise<boolean> {
    for (let waited = 0; waited < READY_WITHIN_MS; waited += POLL_MS) {
      const { output } = await run("ip", ["netns", "exec", this.#names.server, "ss", "-Hltn"]);
      if (new RegExp(`:${port} `).test(output)) return true;
      await pause(POLL_MS);
    }
    return false;
  }
}

/** Runs a program of this machine. @throws {Error} with what it printed */
export async function must(command: string, args: readonly string[]): Promise<string> {
  const { success, output } = await run(command, args);
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${output}`);
  return output;
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function run(command: string, args: readonly string[]): Promise<Printed> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, output: text(stdout) + text(stderr) };
}
