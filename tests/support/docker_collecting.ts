/** Runs a Docker source into a recording, and kills it. */
import { containerSelection, NO_SERVICE_NAMES } from "../../lib/collect/docker_select.ts";
import { dockerSource, type DockerSourceOptions } from "../../lib/collect/docker_source.ts";
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";
import type { Recording } from "./recording_context.ts";

/** How a source is run. */
export type CollectingOptions = Partial<DockerSourceOptions> & {
  readonly requestDeadlineMs?: number;
};

/** A source that reads from an engine until it is disposed of. */
export class Collecting implements AsyncDisposable {
  /** Settles when the source has ended. */
  readonly ended: Promise<void>;
  readonly #controller: AbortController;

  private constructor(ended: Promise<void>, controller: AbortController) {
    this.ended = ended;
    this.#controller = controller;
  }

  /**
   * @param host as DOCKER_HOST names it
   * @param options of the source, and how long an answer may take
   */
  static async start(
    host: string,
    recording: Recording,
    { requestDeadlineMs, ...options }: CollectingOptions = {},
  ): Promise<Collecting> {
    const controller = new AbortController();
    const source = dockerSource({
      engine: await dockerodeEngine({
        host,
        env: {},
        ...(requestDeadlineMs === undefined ? {} : { requestDeadlineMs }),
      }),
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
