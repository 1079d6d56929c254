/** A NATS hub with JetStream, for benchmarks. */

const STARTS_WITHIN_MS = 10_000;

/** A hub that is there until it is disposed of. */
export class BusHub implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #child: Deno.ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /** Starts one that stores in `folder`. */
  static async start(folder: string): Promise<BusHub> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const hub = new BusHub(folder, port);
    await hub.start();
    return hub;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child!.pid;
  }

  /** Starts it again where it was, and waits until it accepts connections. */
  async start(): Promise<void> {
    this.#child = new Deno.Command("nats-server", {
      args: ["-a", "127.0.0.1", "-p", String(this.port), "-js", "-sd", this.#folder],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const start = performance.now();
    while (performance.now() - start < STARTS_WITHIN_MS) {
      try {
        return (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    throw new Error("nats-server does not start");
  }

  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    await this.#child?.status;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }
}
