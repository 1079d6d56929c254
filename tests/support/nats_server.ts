/** A NATS hub with JetStream, for tests. */
import { type Server, startServer } from "./server_process.ts";
import { tempFolder } from "./temp_folder.ts";

/** A hub that is there until it is disposed of. */
export interface NatsHub extends AsyncDisposable {
  readonly port: number;
  /** `nats://127.0.0.1:<port>`. */
  readonly url: string;
  /** Ends the server; what it stores stays. */
  stop(): Promise<void>;
  /** Starts it again where it was; nothing where it runs. */
  start(): Promise<void>;
}

/** Starts a hub. @param extra lines for its configuration */
export async function startNatsHub(extra = ""): Promise<NatsHub> {
  const folder = await tempFolder();
  let port: number | undefined;
  let server: Server | undefined;
  const start = async () => {
    server ??= await startServer({
      command: "nats-server",
      port,
      args: async (free) => {
        const path = `${folder.path}/nats.conf`;
        const store = `jetstream { store_dir: "${folder.path}/js" }`;
        await Deno.writeTextFile(path, `listen: "127.0.0.1:${free}"\n${store}\n${extra}\n`);
        return ["-c", path];
      },
    });
    port = server.port;
  };
  const stop = async () => {
    await server?.[Symbol.asyncDispose]();
    server = undefined;
  };
  try {
    await start();
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    port: port!,
    url: `nats://127.0.0.1:${port}`,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}
