/** ClickHouse, for tests: a server of its own that may be killed and started again where it was. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type ServerProcess, startServer } from "./server_process.ts";
import { toolPath } from "./system_command.ts";
import { tempFolder } from "./temp_folder.ts";

const CONTRIB = new URL("../../contrib/clickhouse/", import.meta.url);

/** Milliseconds that an answer may take: far beyond what one does. */
const ANSWER_LIMIT = 180_000;

/** A server that is there until it is disposed of. */
export interface ClickhouseServer extends AsyncDisposable {
  readonly port: number;
  /** `clickhouse://127.0.0.1:<port>`. */
  readonly url: string;
  /** What a statement gives, a list of values for each row. @throws {AssertionError} with what it says */
  query(statement: string): Promise<unknown[][]>;
  /** Ends it by SIGKILL; what it has stored stays. */
  kill(): Promise<void>;
  /** Starts it again where it was. */
  start(): Promise<void>;
}

/** Starts a server. @param sensorPassword of its user `sensor` */
export async function startClickhouse(sensorPassword: string): Promise<ClickhouseServer> {
  const folder = await tempFolder();
  let port: number | undefined;
  let server: ServerProcess | undefined;
  const start = async () => {
    server = await startServer({
      command: toolPath("clickhouse-server"),
      port,
      args: async (free) => {
        await configure(folder.path, free, sensorPassword);
        return [`--config-file=${folder.path}/config.xml`];
      },
    });
    port = server.port;
  };
  const dispose = async () => {
    await server?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    port: port!,
    url: `clickhouse://127.0.0.1:${port}`,
    query: (statement) => query(port!, statement),
    kill: async () => await server?.kill(),
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

/** The statements in a file of contrib/clickhouse. */
export async function contribStatements(name: string): Promise<string[]> {
  const text = await Deno.readTextFile(fileURLToPath(new URL(name, CONTRIB)));
  return text.replace(/^--.*\n/gm, "").split(/;\s*\n/).map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

async function query(port: number, statement: string): Promise<unknown[][]> {
  const answer = await fetch(`http://127.0.0.1:${port}/?default_format=JSONCompact`, {
    method: "POST",
    body: statement,
    signal: AbortSignal.timeout(ANSWER_LIMIT),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return text === "" ? [] : JSON.parse(text).data;
}

async function configure(folder: string, port: number, sensorPassword: string): Promise<void> {
  const networks = "<networks><ip>127.0.0.1</ip></networks>";
  const rest = "<profile>default</profile><quota>default</quota>";
  await Deno.writeTextFile(
    `${folder}/users.xml`,
    `<yandex><profiles><default/></profiles><quotas><default/></quotas><users>
<default><password></password>${networks}${rest}</default>
<sensor><password>${sensorPassword}</password>${networks}${rest}</sensor>
</users></yandex>\n`,
  );
  await Deno.writeTextFile(
    `${folder}/config.xml`,
    `<yandex>
<logger><level>error</level><console>1</console></logger>
<listen_host>127.0.0.1</listen_host><http_port>${port}</http_port>
<path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path>
<user_files_path>${folder}/files/</user_files_path>
<users_config>${folder}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>67108864</mark_cache_size>
</yandex>\n`,
  );
}
