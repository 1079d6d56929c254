/** What is known of a container, and what is told of it. */
import type { InspectedContainer } from "../docker/engine.ts";
import type { ContainerIdentity } from "./docker_select.ts";
import type { Origin, SourceContext, SourceNotice } from "./source.ts";

/** Who a container is; undefined when it is none of those that are wanted. */
export type OriginOf = (container: ContainerIdentity) => Origin | undefined;

/** When a container started that never did: the zero of Go's clock. */
const NEVER = "0001-";

/** Tells of starts, stops and new names, each once. */
export class ContainerNotes {
  readonly key: string;
  readonly #id: string;
  readonly #context: SourceContext;
  readonly #originOf: OriginOf;
  readonly #isNew: boolean;
  #origin: Origin;
  #known: InspectedContainer | undefined;

  /** @param isNew it appeared while others were followed */
  constructor(
    id: string,
    origin: Origin,
    isNew: boolean,
    settings: { readonly context: SourceContext; readonly originOf: OriginOf },
  ) {
    this.key = `docker/${id}`;
    this.#id = id;
    this.#origin = origin;
    this.#isNew = isNew;
    this.#context = settings.context;
    this.#originOf = settings.originOf;
  }

  get origin(): Origin {
    return this.#origin;
  }

  /** As it was noted last. */
  get known(): InspectedContainer | undefined {
    return this.#known;
  }

  /** For messages. */
  get name(): string {
    return this.#origin.container ?? this.#id;
  }

  /** Tells what has changed since the container was noted last. */
  async note(container: InspectedContainer): Promise<void> {
    const before = this.#known;
    this.#known = container;
    const { name, running, startedAt, exitCode } = container;
    if (before !== undefined && before.name !== name) {
      this.#origin = this.#originOf(container) ?? { ...this.#origin, container: name };
      await this.tell("renamed", { name, old_name: before.name });
    }
    const hasRun = startedAt !== "" && !startedAt.startsWith(NEVER);
    const isStart = hasRun &&
      (before === undefined ? this.#isNew : before.startedAt !== startedAt);
    if (isStart) {
      const first = before === undefined || before.startedAt.startsWith(NEVER);
      await this.tell(first ? "started" : "restarted", { name, started_at: startedAt });
    }
    if (!running && (isStart || before?.running === true)) {
      await this.tell("stopped", { name, exit_code: exitCode });
    }
  }

  /** Tells anything else of it. */
  tell(kind: SourceNotice["kind"], detail: SourceNotice["detail"]): Promise<void> {
    return this.#context.notice({
      key: this.key,
      origin: this.#origin,
      kind,
      detail: { id: this.#id, ...detail },
    });
  }
}
