/**
 * Reads so many lines of all containers of an engine with the Docker source alone, and prints what it cost
 * as JSON.
 *
 * Usage: deno run -A collect_docker_reader.ts HOST LINES
 */
import { containerSelection, NO_SERVICE_NAMES } from "../../lib/collect/docker_select.ts";
import { dockerSource } from "../../lib/collect/docker_source.ts";
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";

const [host = "", wanted = "0"] = Deno.args;
const controller = new AbortController();
let lines = 0;
let batches = 0;

const source = dockerSource({
  engine: await dockerodeEngine({ host, env: {} }),
  select: containerSelection({ all: true }, () => NO_SERVICE_NAMES),
});
await source.run({
  signal: controller.signal,
  lines: (batch) => {
    lines += batch.chunk?.stamps?.count ?? batch.lines.length;
    batches++;
    if (lines >= Number(wanted)) controller.abort();
    return Promise.resolve();
  },
  notice: () => Promise.resolve(),
  resume: () => Promise.resolve(undefined),
  message: (_level, text) => {
    throw new Error(text);
  },
});
const text = JSON.stringify({ lines, batches });
await Deno.stdout.write(new TextEncoder().encode(text));
