/** A NATS hub with JetStream, for tests. */
import { type Server, startServer } from "./server_process.ts";
import { type TempFolder, tempFolder } from "./temp_folder.ts";

/** A hub that is there until it is disposed of. */
export interface NatsHub extends AsyncDisposable {
  readonly port: number;
  /** `nats://127.0.0.1:<port>`. */
  readonly url: string;
}

/** Starts a hub. @param extra lines for its configuration */
export async function startNatsHub(extra = ""): Promise<NatsHub> {
  const folder: TempFolder = await tempFolder();
  let server: Server;
  try {
    server = await startServer({
      command: "nats-server",
      args: async (port) => {
        const path = `${folder.path}/nats.conf`;
        const config =
          `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder.path}/js" }\n`;
        await Deno.writeTextFile(path, `${config}${extra}\n`);
        return ["-c", path];
      },
    });
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return {
    port: server.port,
    url: `nats://127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
