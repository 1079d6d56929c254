/** Runs a Docker source into a recording, and kills it. */
import { containerSelection, NO_SERVICE_NAMES } from "../../lib/collect/docker_select.ts";
import { dockerSource, type DockerSourceOptions } from "../../lib/collect/docker_source.ts";
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";
import type { Recording } from "./recording_context.ts";

/** A source that reads from an engine until it is disposed of. */
export class Collecting implements AsyncDisposable {
  /** Settles when the source has ended. */
  readonly ended: Promise<void>;
  readonly #controller: AbortController;

  private constructor(ended: Promise<void>, controller: AbortController) {
    this.ended = ended;
    this.#controller = controller;
  }

  /** @param host as DOCKER_HOST names it */
  static async start(
    host: string,
    recording: Recording,
    options: Partial<DockerSourceOptions> = {},
  ): Promise<Collecting> {
    const controller = new AbortController();
    const source = dockerSource({
      engine: await dockerodeEngine({ host, env: {}, requestDeadlineMs: 1000 }),
      select: containerSelection({}, () => NO_SERVICE_NAMES),
      keepTrying: true,
      ...options,
    });
    return new Collecting(source.run(recording.context(controller.signal)), controller);
  }

  /** What has been handed over stays; nothing comes after it. */
  async kill(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
