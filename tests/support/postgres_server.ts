/** A PostgreSQL server of one's own, on a free port of the loopback interface. */
import { dirname } from "node:path";
import { findCommand } from "../../scripts/test_tools.ts";
import { freePort } from "./free_port.ts";
import { tempFolder } from "./temp_folder.ts";

/** A server that is there until it is disposed of. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** Its folder; the data are in `data` below it. */
  readonly folder: string;
  /** The address of a database, as the user who may do everything. */
  url(database: string): string;
  /** Makes an empty database. @returns its address */
  newDatabase(): Promise<string>;
  /** What `psql` prints of it. @throws {Error} with what the server says */
  sql(database: string, text: string): Promise<string>;
  /** Ends it as a crash would. */
  crash(): Promise<void>;
  /** Starts it again where it was; nothing where it runs. */
  start(): Promise<void>;
}

/** Who may do everything, from this machine and without a password. */
export const ADMIN = "tester";

/** Users with this name have to give a password. */
export const WITH_PASSWORD = "analyst";

const MAX_STARTS = 5;

/** Far beyond what any of its programs takes: when it passes, it hangs. */
const HANGS_AFTER_MS = 120_000;

/** The server refuses to run as root. */
const NOBODY = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];
const NOBODY_ID = 65534;
const NOGROUP_ID = 65534;

/** Programs that users run are beside the server's, and nowhere on their PATH. */
function program(name: string): string {
  return `${dirname(Deno.realPathSync(findCommand("postgres")!))}/${name}`;
}

/** Runs a program as somebody who is not root. @returns what it printed, if `wants` says so */
async function run(name: string, args: readonly string[], wants = true): Promise<string> {
  const words = Deno.uid() === 0
    ? [findCommand("setpriv")!, ...NOBODY, program(name), ...args]
    : [program(name), ...args];
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    cwd: "/",
    env: { LC_ALL: "C", PGCONNECT_TIMEOUT: "20" },
    stdin: "null",
    // A server that goes on would hold the pipes open.
    stdout: wants ? "piped" : "null",
    stderr: wants ? "piped" : "null",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), HANGS_AFTER_MS);
  try {
    const { success, ...output } = wants ? await child.output() : await withoutOutput(child);
    const decoder = new TextDecoder();
    if (success) return decoder.decode(output.stdout);
    throw new Error(`${name} failed: ${decoder.decode(output.stderr)}`);
  } finally {
    clearTimeout(timer);
  }
}

async function withoutOutput(child: Deno.ChildProcess) {
  const { success } = await child.status;
  return { success, stdout: new Uint8Array(), stderr: new Uint8Array() };
}

/** Starts a server. @param settings lines for its configuration, with files that `prepare` has made */
export async function startPostgres(
  { settings = "", prepare }: {
    readonly settings?: string;
    readonly prepare?: (folder: string) => Promise<void>;
  } = {},
): Promise<PostgresServer> {
  const temporary = await tempFolder();
  const folder = temporary.path;
  const data = `${folder}/data`;
  let port = freePort();
  const start = async (fixed = true) => {
    for (let left = fixed ? 1 : MAX_STARTS;; port = freePort()) {
      const options = `-c listen_addresses=127.0.0.1 -p ${port} -k ${folder}`;
      const args = ["-D", data, "-w", "-t", "90", "-l", `${folder}/log`, "-o", options, "start"];
      try {
        return await run("pg_ctl", args, false);
      } catch (error) {
        const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
        if (--left === 0) throw new Error(log, { cause: error });
      }
    }
  };
  const stop = async (mode: string) => {
    await run("pg_ctl", ["-D", data, "-w", "-t", "90", "-m", mode, "stop"], false);
  };
  const url = (database: string) => `postgres://${ADMIN}@127.0.0.1:${port}/${database}`;
  const sql = (database: string, text: string) =>
    run("psql", [
      ...["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
      ...["-h", "127.0.0.1", "-p", String(port), "-U", ADMIN, "-d", database, "-c", text],
    ]);
  let databases = 0;
  let runs = true;
  const dispose = async () => {
    await stop("immediate").catch(() => {});
    await temporary[Symbol.asyncDispose]();
  };
  try {
    if (Deno.uid() === 0) await Deno.chown(folder, NOBODY_ID, NOGROUP_ID);
    await run("initdb", [
      ...["-D", data, "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    ]);
    await prepare?.(folder);
    await Deno.writeTextFile(
      `${data}/postgresql.conf`,
      `fsync = off\nmax_connections = 40\nshared_buffers = 32MB\n${settings}\n`,
      { append: true },
    );
    await Deno.writeTextFile(
      `${data}/pg_hba.conf`,
      `local all all trust\nhost all ${WITH_PASSWORD} 127.0.0.1/32 scram-sha-256\n` +
        "host all all 127.0.0.1/32 trust\n",
    );
    await start(false);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    get port() {
      return port;
    },
    folder,
    url,
    sql,
    newDatabase: async () => {
      const name = `profiles${++databases}`;
      await sql("postgres", `CREATE DATABASE ${name}`);
      return url(name);
    },
    crash: async () => {
      runs = false;
      await stop("immediate");
    },
    start: async () => {
      if (!runs) await start();
      runs = true;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

let shared: Promise<PostgresServer> | undefined;

/** A server that all tests of a module share; it goes when the module is through. */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= startPostgres().then((server) => {
    addEventListener("unload", () => {
      const args = ["-D", `${server.folder}/data`, "-m", "immediate", "-t", "30", "stop"];
      const words = Deno.uid() === 0
        ? [findCommand("setpriv")!, ...NOBODY, program("pg_ctl"), ...args]
        : [program("pg_ctl"), ...args];
      const quiet = { stdin: "null", stdout: "null", stderr: "null", cwd: "/" } as const;
      new Deno.Command(words[0]!, { args: words.slice(1), ...quiet }).outputSync();
      Deno.removeSync(server.folder, { recursive: true });
    });
    return server;
  });
  return shared;
}
