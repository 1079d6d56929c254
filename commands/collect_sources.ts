/** The sources that the flags of `decnet collect` name. */
import { resolve } from "node:path";
import type { OpenDatagrams } from "../lib/collect/datagram_socket.ts";
import type { Source, SourceContext } from "../lib/collect/source.ts";
import { parseSyslogAddress, type SyslogAddress } from "../lib/syslog/listen_address.ts";
import type { CollectFlags, ContainerFlags } from "./collect_flags.ts";
import { UsageError, UserError } from "./exit_code.ts";

/** Sources, and what they need once they run. */
export interface CollectSources {
  readonly sources: readonly Source[];
  /** Some give lines again that they have given before. */
  readonly resume: boolean;
  /** Some come to an end only when they are told to. */
  readonly endless: boolean;
  /** Some talk over a network or a socket. */
  readonly network: boolean;
}

const STDIN = "-";

/** Makes the sources. @throws {UsageError} for what cannot be one */
export async function collectSources(
  flags: CollectFlags,
  words: readonly string[],
  message: SourceContext["message"],
): Promise<CollectSources> {
  const { file: files = [], syslog: addresses = [], maxLine } = flags;
  for (const word of words) {
    if (word !== STDIN) {
      throw new UsageError(`"${word}" is no source`, `- for stdin, --file ${word} for a file`);
    }
  }
  const docker = wantsDocker(flags, words.length + files.length + addresses.length);
  const sources: Source[] = [];
  if (words.length > 0) {
    const { StdinSource } = await import("../lib/collect/stdin_source.ts");
    sources.push(new StdinSource(maxLine));
  }
  if (files.length > 0) {
    const { FileSource } = await import("../lib/collect/file_source.ts");
    const paths = new Map(files.map((path) => [resolve(path), path]));
    for (const path of paths.values()) sources.push(new FileSource({ path, maxLine }));
  }
  if (addresses.length > 0) sources.push(...await syslogSources(flags, addresses));
  if (docker) sources.push(await containerSource(flags, message));
  return {
    sources,
    resume: docker || files.length > 0,
    endless: docker || files.length + addresses.length > 0,
    network: docker || addresses.length > 0,
  };
}

/** Docker it is where nothing else is named. @throws {UsageError} when its flags would do nothing */
function wantsDocker(flags: CollectFlags, others: number): boolean {
  if (flags.docker || others === 0) return true;
  const { label, name, all, stderr, decoys } = flags;
  const selections = Object.entries({ label, name, all, stderr, decoys });
  const given = selections.find(([, value]) => value !== undefined && value !== false);
  if (given !== undefined) throw new UsageError(`--${given[0]} is for containers`, "add --docker");
  return false;
}

async function syslogSources(
  { syslogCert, syslogKey, maxLine }: CollectFlags,
  texts: readonly string[],
): Promise<Source[]> {
  const { SyslogSource } = await import("../lib/collect/syslog_source.ts");
  const tls = syslogCert === undefined || syslogKey === undefined ? undefined : {
    cert: await readPem("--syslog-cert", syslogCert),
    key: await readPem("--syslog-key", syslogKey),
  };
  const addresses = [...new Set(texts)].map((text) => [text, syslogAddress(text)] as const);
  const openDatagrams = addresses.some(([, { transport }]) => transport === "udp")
    ? await fastDatagrams()
    : undefined;
  return addresses.map(([text, address]) => {
    if (address.transport !== "tls") {
      return new SyslogSource({ address, maxLine, tls: undefined, openDatagrams });
    }
    if (tls === undefined) {
      throw new UsageError(`--syslog ${text}: needs a certificate`, "--syslog-cert, --syslog-key");
    }
    return new SyslogSource({ address, maxLine, tls });
  });
}

/** How UDP is received with less work and a larger buffer; undefined where the C library is out of reach. */
async function fastDatagrams(): Promise<OpenDatagrams | undefined> {
  const { datagramOpener } = await import("../ffi/datagrams.ts");
  const { RawError } = await import("../ffi/raw_error.ts");
  try {
    return datagramOpener();
  } catch (error) {
    if (error instanceof RawError) return undefined;
    throw error;
  }
}

function syslogAddress(text: string): SyslogAddress {
  const address = parseSyslogAddress(text);
  if (address !== undefined) return address;
  throw new UsageError(`--syslog: "${text}" is no udp://HOST:PORT, tcp:// or tls://`);
}

async function readPem(flag: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`${flag}: ${(error as Error).message}`);
  }
}

/** The containers of the Docker engine. Its client costs much to load, and nobody else needs it. */
async function containerSource(
  flags: ContainerFlags,
  message: SourceContext["message"],
): Promise<Source> {
  const { dockerodeEngine } = await import("../lib/docker/dockerode_engine.ts");
  const { dockerSource } = await import("../lib/collect/docker_source.ts");
  const { containerSelection, NO_SERVICE_NAMES } = await import("../lib/collect/docker_select.ts");
  const { DecoyStateFile } = await import("../lib/collect/docker_state_file.ts");
  const { EngineError } = await import("../lib/docker/engine.ts");
  const file = flags.decoys === undefined
    ? undefined
    : new DecoyStateFile(flags.decoys, (text) => message("warn", text));
  const { label: labels = [], name: names = [], all, stderr } = flags;
  try {
    return dockerSource({
      engine: await dockerodeEngine({ env: Deno.env.toObject() }),
      select: containerSelection(
        { labels, names, all },
        () => file?.names ?? NO_SERVICE_NAMES,
      ),
      refresh: () => file?.refresh() ?? Promise.resolve(),
      stderr,
      // A service may start before the engine does.
      keepTrying: true,
    });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new UserError(error.message, error.hint);
  }
}
