/** Events in HTTP requests, each sent again until it is answered well. */
import type { Event } from "../../event/event.ts";
import { BackOff } from "../../back_off.ts";
import type { Batch, Delivery, DeliveryNotices } from "./delivery.ts";
import type { HttpShape } from "./http_shapes.ts";

/** An answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** How events are sent. */
export interface HttpDeliveryOptions extends DeliveryNotices {
  readonly shape: HttpShape;
  readonly write: (event: Event) => string;
  /** Posts a body. @throws {Error} when there is no answer */
  readonly post: (body: string, contentType: string) => Promise<HttpAnswer>;
  readonly signal: AbortSignal;
  readonly backOff?: BackOff;
}

/** Statuses of a body that is too large, and of one that will never be taken. */
const TOO_LARGE = 413;
const NEVER: ReadonlySet<number> = new Set([400, 422]);

/** Characters of an answer that are told. */
const MAX_TOLD = 200;

/** One request at a time, so that the order is kept. */
export class HttpDelivery implements Delivery {
  readonly #options: HttpDeliveryOptions;
  readonly #backOff: BackOff;
  /** The end has come before a batch arrived: what is behind it must not either, for the place would pass it. */
  #isOver = false;

  constructor(options: HttpDeliveryOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? new BackOff();
  }

  async send({ events, commit }: Batch): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = events.length > 0 && !await this.#deliver(events);
    if (!this.#isOver) commit();
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}

  /** False when the end has come before. */
  async #deliver(events: readonly Event[]): Promise<boolean> {
    const { shape, write, signal, onTrouble, onRecovery } = this.#options;
    const body = shape.body(events, write);
    for (;;) {
      const outcome = await this.#attempt(body, events.length);
      if (outcome === "done") {
        if (this.#backOff.isFailing) onRecovery();
        this.#backOff.reset();
        return true;
      }
      if (outcome === "split") {
        const middle = events.length >> 1;
        return await this.#deliver(events.slice(0, middle)) &&
          await this.#deliver(events.slice(middle));
      }
      onTrouble(outcome.reason);
      if (signal.aborted) return false;
      await this.#backOff.wait(signal);
    }
  }

  async #attempt(
    body: string,
    count: number,
  ): Promise<"done" | "split" | { readonly reason: string }> {
    const { shape, post, onRefused } = this.#options;
    let answer: HttpAnswer;
    try {
      answer = await post(body, shape.contentType);
    } catch (error) {
      return { reason: (error as Error).message };
    }
    const { status, text } = answer;
    const told = `the receiver answers ${status} ${text.slice(0, MAX_TOLD)}`.trim();
    if (status >= 200 && status < 300) {
      const { again, refused } = shape.judge?.(text) ?? { again: false, refused: 0 };
      if (again) return { reason: "the receiver has not taken all events" };
      if (refused > 0) onRefused(refused, told);
      return "done";
    }
    const isNever = shape.isRefused !== false && NEVER.has(status);
    if (status !== TOO_LARGE && !isNever) return { reason: told };
    if (count > 1) return "split";
    // One event that is never taken must not keep back all that come after it.
    onRefused(1, told);
    return "done";
  }
}
