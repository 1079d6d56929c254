/** A Docker engine of its own in a folder, for tests and benchmarks: no registry, no bridge, no systemd. */
import { request } from "node:http";
import { findCommand } from "./test_tools.ts";

/** Image of {@linkcode TestEngine.create}: a static busybox and nothing else. */
export const TEST_IMAGE = "decnet/test:busybox";

/** Programs of an engine: Debian's docker.io brings the first three, busybox-static and util-linux the others. */
export const ENGINE_COMMANDS = [
  ...["dockerd", "containerd", "runc", "busybox", "unshare", "nsenter"] as const,
];

/**
 * Runs the rest of its arguments as the first process of namespaces of their own: all that an engine leaves
 * behind, containers and mounts, goes when that process does.
 */
export const NAMESPACES: readonly string[] = [
  ...["--pid", "--mount", "--fork", "--kill-child=KILL", "--mount-proc"],
];

const READY_WITHIN_MS = 180_000;
const POLL_MS = 20;

/** How long dockerd may take to end by itself. */
const STOP_WITHIN_MS = 20_000;

/** No answer takes longer: an engine that hangs must not hang those who ask. */
const ANSWER_WITHIN_MS = 120_000;

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

/** An engine in a folder. It ends with the process that started it, unless it is detached. */
export class TestEngine {
  readonly folder: string;
  readonly #detached: boolean;
  /** Arguments of dockerd beside its own. */
  readonly #options: readonly string[];
  /** Held open: that it is closed ends the engine. */
  #lifeline: WritableStream<Uint8Array<ArrayBuffer>> | undefined;

  /**
   * @param folder holds everything of the engine; its path must be short, for sockets
   * @param detached the engine goes on when this process ends
   * @param options arguments of dockerd, say `--live-restore`
   */
  constructor(folder: string, detached = false, options: readonly string[] = []) {
    this.folder = folder;
    this.#detached = detached;
    this.#options = options;
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
      await this.#startNamespaces();
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
    // An engine that does not answer ends all the same.
    await this.clear().catch(() => {});
    await this.#end("init", "SIGKILL");
    await this.#lifeline?.close().catch(() => {});
    for (const command of ["dockerd", "containerd"]) {
      await Deno.remove(this.#pidPath(command)).catch(() => {});
    }
  }

  /** Removes all containers. @throws {Error} */
  async clear(): Promise<void> {
    const list = JSON.parse(await this.call("GET", "/containers/json?all=1"));
    const ids = (list as { readonly Id: string }[]).map(({ Id }) => Id);
    await Promise.all(ids.map((id) => this.request("DELETE", `/containers/${id}?force=1`)));
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
        // A network of its own takes the engine one more start of its large program.
        NetworkMode: "host",
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
        timeout: ANSWER_WITHIN_MS,
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
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.end(body);
    });
  }

  async #startNamespaces(): Promise<void> {
    // A shell takes in what becomes an orphan; it waits for the end of its input, or for ever.
    const wait = this.#detached ? "sleep infinity; :" : "cat; :";
    const child = new Deno.Command(findCommand("unshare")!, {
      args: [...NAMESPACES, "sh", "-c", wait],
      stdin: this.#detached ? "null" : "piped",
      stdout: "null",
      stderr: "null",
      detached: this.#detached,
    }).spawn();
    child.unref();
    if (!this.#detached) this.#lifeline = child.stdin;
    await Deno.writeTextFile(this.#pidPath("init"), String(await onlyChild(child.pid)));
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
      ...this.#options,
    );
    await until("dockerd", () => this.#answers(), () => this.#log("dockerd"));
  }

  /** Starts a program within the namespaces, with its output in a log. */
  async #run(command: string, ...args: string[]): Promise<void> {
    const path = findCommand(command);
    if (path === undefined) throw new Error(`${command} is not installed`);
    await Deno.remove(`${this.folder}/${command}-own.pid`).catch(() => {});
    const script = 'log=$1; shift; exec "$@" >>"$log" 2>&1';
    const init = await Deno.readTextFile(this.#pidPath("init"));
    const child = new Deno.Command(findCommand("nsenter")!, {
      args: [
        ...[`--target=${init}`, "--pid", "--mount"],
        ...["sh", "-c", script, "sh", this.#logPath(command), path, ...args],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: this.#detached,
    }).spawn();
    child.unref();
    await Deno.writeTextFile(this.#pidPath(command), String(await onlyChild(child.pid)));
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

/** The process that another has started; those that enter a namespace start the rest of their work there. */
async function onlyChild(pid: number): Promise<number> {
  let child = 0;
  await until("a process in its namespace", async () => {
    const list = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    child = Number(list.trim());
    return child > 0;
  });
  return child;
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
