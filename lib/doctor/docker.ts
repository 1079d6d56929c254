/** Can the decoys' containers be seen? */
import type { Environment } from "../docker/docker_host.ts";
import { dockerodeEngine } from "../docker/dockerode_engine.ts";
import { EngineError } from "../docker/engine.ts";
import type { Finding } from "./finding.ts";

/** For an engine that does not answer. */
const DEADLINE_MS = 3000;

/** Asks the engine that DOCKER_HOST names for its containers. */
export async function checkDocker(env: Environment): Promise<Finding> {
  const place = { verb: "collect", check: "docker" };
  try {
    const engine = await dockerodeEngine({ env, requestDeadlineMs: DEADLINE_MS });
    const containers = await engine.list(AbortSignal.timeout(DEADLINE_MS));
    const running = containers.filter((container) => container.running).length;
    const found = `${engine.name}: ${running} of ${containers.length} containers running`;
    return { ...place, status: "ok", found };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Files and syslog can be collected without it.
    return {
      ...place,
      status: "warning",
      found: error.message,
      remedy: error.hint ?? "start the engine, set DOCKER_HOST, or collect --file and --syslog",
    };
  }
}
