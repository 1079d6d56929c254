/** Few large batches instead of many small ones, for receivers that a request costs more than an event. */
import type { Event } from "../../event/event.ts";
import type { Batch, Delivery } from "./delivery.ts";

/** How much is gathered before it is sent. */
export interface GatherLimits {
  readonly events: number;
  /** Of the lines that the events were read from. */
  readonly bytes: number;
  /** Milliseconds that the first of them waits at the most for others. */
  readonly wait: number;
}

/** Gathers batches for another delivery. */
export class GatheredDelivery implements Delivery {
  readonly #inner: Delivery;
  readonly #limits: GatherLimits;
  #events: Event[] = [];
  #bytes = 0;
  #commits: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One thing at a time; a failure is that of all that come later. */
  #turn: Promise<void> = Promise.resolve();

  constructor(inner: Delivery, limits: GatherLimits) {
    this.#inner = inner;
    this.#limits = limits;
  }

  async send({ events, bytes = 0, commit }: Batch): Promise<void> {
    for (const event of events) this.#events.push(event);
    this.#bytes += bytes;
    this.#commits.push(commit);
    const { events: mostEvents, bytes: mostBytes, wait } = this.#limits;
    if (this.#events.length >= mostEvents || this.#bytes >= mostBytes) return await this.#flush();
    // The next call tells of a failure.
    this.#timer ??= setTimeout(() => this.#flush().catch(() => {}), wait);
  }

  async settle(): Promise<void> {
    await this.#flush();
    await this.#inner.settle();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#inner.close();
  }

  #flush(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#sendGathered());
    return this.#turn;
  }

  async #sendGathered(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#commits.length === 0) return;
    const [events, bytes, commits] = [this.#events, this.#bytes, this.#commits];
    this.#events = [];
    this.#bytes = 0;
    this.#commits = [];
    await this.#inner.send({
      events,
      bytes,
      commit: () => {
        for (const commit of commits) commit();
      },
    });
  }
}
