/** A Docker engine of its own in a folder, for tests and benchmarks: no registry, no bridge, no systemd. */
import { request } from "node:http";
import { findCommand } from "./test_tools.ts";

/** Image of {@linkcode TestEngine.create}: a static busybox and nothing else. */
export const TEST_IMAGE = "decnet/test:busybox";

/** Programs of an engine; Debian's docker.io brings all but the last. */
export const ENGINE_COMMANDS = ["dockerd", "containerd", "runc", "busybox"] as const;

const READY_WITHIN_MS = 60_000;
const POLL_MS = 20;

/** How long each part may take to end by itself. */
const STOP_WITHIN_MS = 20_000;

/** What the engine answered. */
export interface EngineAnswer {
  readonly status: number;
  readonly body: string;
}

/** A container to be made. */
export interface ContainerSpec {
  readonly name: string;
  /** Run by busybox's shell. */
  readonly script: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly logDriver?: string;
  readonly logOptions?: Readonly<Record<string, string>>;
}

/** An engine in a folder. */
export class TestEngine {
  readonly folder: string;
  readonly #detached: boolean;

  /**
   * @param folder holds everything of the engine; its path must be short, for sockets
   * @param detached the engine goes on when the terminal is interrupted
   */
  constructor(folder: string, detached = false) {
    this.folder = folder;
    this.#detached = detached;
  }

  /** For DOCKER_HOST. */
  get host(): string {
    return `unix://${this.#socket}`;
  }

  get #socket(): string {
    return `${this.folder}/d.sock`;
  }

  /** Starts what does not run yet; resolves when the engine answers. */
  async start(): Promise<void> {
    await Deno.mkdir(this.folder, { recursive: true });
    if (!await this.#answers()) {
      await mountCgroups();
      await this.#startContainerd();
      await this.#startDockerd();
    }
    await this.#importImage();
  }

  /** Ends dockerd with a signal and starts it again. Its containers stop, or are stopped by the next one. */
  async restart(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    await this.#end("dockerd", signal);
    await this.#startDockerd();
  }

  /** Removes the containers and ends the engine. The folder stays. */
  async stop(): Promise<void> {
    if (await this.#answers()) {
      const { body } = await this.request("GET", "/containers/json?all=1");
      const list = JSON.parse(body) as { readonly Id: string }[];
      await Promise.all(list.map(({ Id }) => this.request("DELETE", `/containers/${Id}?force=1`)));
    }
    await this.#end("dockerd", "SIGTERM");
    await this.#end("containerd", "SIGTERM");
    await this.#unmount();
  }

  /** Makes a container that does not run yet; gives its id. @throws {Error} */
  async create(spec: ContainerSpec): Promise<string> {
    const { name, script, labels = {}, tty = false, logDriver, logOptions = {} } = spec;
    const body = {
      Image: TEST_IMAGE,
      Cmd: ["/bin/busybox", "sh", "-c", script],
      Labels: labels,
      Tty: tty,
      // What ends a shell's loop at once.
      StopSignal: "SIGKILL",
      HostConfig: {
        NetworkMode: "none",
        LogConfig: { Type: logDriver ?? "json-file", Config: logOptions },
      },
    };
    const answer = await this.call("POST", `/containers/create?name=${name}`, JSON.stringify(body));
    return JSON.parse(answer).Id;
  }

  /** As {@linkcode TestEngine.request}. @throws {Error} unless it went well */
  async call(method: string, path: string, body?: string): Promise<string> {
    const answer = await this.request(method, path, body);
    if (answer.status < 400) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  }

  /** One request to the engine. */
  request(
    method: string,
    path: string,
    body: string | Uint8Array = "",
    type = "application/json",
  ): Promise<EngineAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request({
        socketPath: this.#socket,
        method,
        path,
        agent: false,
        headers: { "content-type": type, "content-length": new Blob([body as BlobPart]).size },
      }, (response) => {
        const chunks: Uint8Array[] = [];
        response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", async () => {
          const text = await new Blob(chunks as BlobPart[]).text();
          resolve({ status: response.statusCode!, body: text });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  async #startContainerd(): Promise<void> {
    // On its own: a dockerd that is killed would take it along, and the next one not find it.
    const { folder } = this;
    const config = `${folder}/containerd.toml`;
    const socket = `${folder}/containerd.sock`;
    await Deno.writeTextFile(
      config,
      [
        "version = 2",
        `root = "${folder}/containerd"`,
        `state = "${folder}/containerd-state"`,
        'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
        `[grpc]\naddress = "${socket}"\n`,
      ].join("\n"),
    );
    await this.#run("containerd", "--config", config);
    await until("containerd", () => exists(socket));
  }

  async #startDockerd(): Promise<void> {
    const { folder } = this;
    await this.#run(
      "dockerd",
      ...["--host", this.host, "--containerd", `${folder}/containerd.sock`],
      ...["--data-root", `${folder}/data`, "--exec-root", `${folder}/exec`],
      ...["--pidfile", `${folder}/dockerd-own.pid`],
      ...["--bridge=none", "--iptables=false", "--ip6tables=false"],
    );
    await until("dockerd", () => this.#answers(), () => this.#log("dockerd"));
  }

  /** Starts a program that goes on when this one ends, with its output in a log. */
  async #run(command: string, ...args: string[]): Promise<void> {
    const path = findCommand(command);
    if (path === undefined) throw new Error(`${command} is not installed`);
    for (const stale of [`${this.folder}/${command}-own.pid`]) {
      await Deno.remove(stale).catch(() => {});
    }
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'log=$1; shift; exec "$@" >>"$log" 2>&1',
        "sh",
        this.#logPath(command),
        path,
        ...args,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: this.#detached,
    }).spawn();
    child.unref();
    await Deno.writeTextFile(this.#pidPath(command), String(child.pid));
  }

  async #end(command: string, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const pid = Number(await Deno.readTextFile(this.#pidPath(command)).catch(() => ""));
    if (pid === 0) return;
    if (isAlive(pid)) Deno.kill(pid, signal);
    const deadline = performance.now() + STOP_WITHIN_MS;
    while (isAlive(pid)) {
      if (performance.now() > deadline) Deno.kill(pid, "SIGKILL");
      await pause();
    }
    await Deno.remove(this.#pidPath(command));
  }

  async #answers(): Promise<boolean> {
    try {
      return (await this.request("GET", "/_ping")).status === 200;
    } catch {
      return false;
    }
  }

  async #importImage(): Promise<void> {
    const known = await this.request("GET", `/images/${TEST_IMAGE}/json`);
    if (known.status === 200) return;
    const root = `${this.folder}/root`;
    await Deno.mkdir(`${root}/bin`, { recursive: true });
    await Deno.mkdir(`${root}/tmp`, { recursive: true });
    await Deno.copyFile(findCommand("busybox")!, `${root}/bin/busybox`);
    const { stdout } = await new Deno.Command("tar", { args: ["-C", root, "-c", "."] }).output();
    const [repo, tag] = TEST_IMAGE.split(":");
    const path = `/images/create?fromSrc=-&repo=${repo}&tag=${tag}`;
    const { status, body } = await this.request("POST", path, stdout, "application/x-tar");
    if (status !== 200) throw new Error(`cannot import the image: ${body}`);
  }

  /** What the engine mounted below its folder; a killed one leaves it. */
  async #unmount(): Promise<void> {
    const mounts = (await Deno.readTextFile("/proc/mounts")).split("\n")
      .map((line) => line.split(" ")[1] ?? "")
      .filter((path) => path.startsWith(`${this.folder}/`));
    for (const path of mounts.reverse()) {
      await new Deno.Command("umount", { args: [path], stderr: "null" }).output();
    }
  }

  #pidPath(command: string): string {
    return `${this.folder}/${command}.pid`;
  }

  #logPath(command: string): string {
    return `${this.folder}/${command}.log`;
  }

  async #log(command: string): Promise<string> {
    return (await Deno.readTextFile(this.#logPath(command)).catch(() => "")).slice(-2000);
  }
}

/** Some containers and bare machines have none, and nothing runs without. */
async function mountCgroups(): Promise<void> {
  const path = "/sys/fs/cgroup";
  if ((await Deno.readTextFile("/proc/mounts")).includes(` ${path}`)) return;
  await new Deno.Command("mount", { args: ["-t", "cgroup2", "none", path] }).output();
}

/** A zombie is none: whoever started it may not have noticed yet. */
function isAlive(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat[stat.lastIndexOf(")") + 2] !== "Z";
  } catch {
    return false;
  }
}

async function until(
  name: string,
  condition: () => Promise<boolean>,
  log: () => Promise<string> = () => Promise.resolve(""),
): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`${name} does not start:\n${await log()}`);
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
