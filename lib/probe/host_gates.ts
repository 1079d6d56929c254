/** How often one host is knocked at. */
import { type Clock, REAL_CLOCK } from "./clock.ts";

/** Hosts that are remembered before it is looked who has long had his turn. */
const MANY_HOSTS = 4096;

interface Gate {
  /** Somebody has entered and not left. */
  isTaken: boolean;
  /** When the next may enter, on the clock. */
  next: number;
  readonly waiting: (() => void)[];
}

/**
 * A gate for each host, which one at a time may enter. Who has entered may still have to wait for
 * other reasons; the next one enters no sooner than the gap after he has left. (Turns that are given
 * out in advance would come closer together by whatever the earlier of two was held up.)
 */
export class HostGates {
  readonly #gap: number;
  readonly #clock: Clock;
  readonly #gates = new Map<string, Gate>();
  #sweepAt = MANY_HOSTS;

  /** @param perSecond who may leave for one host in a second; 0 for no limit */
  constructor(perSecond: number, clock: Clock = REAL_CLOCK) {
    this.#gap = perSecond > 0 ? 1000 / perSecond : 0;
    this.#clock = clock;
  }

  /** Hosts that are remembered. */
  get size(): number {
    return this.#gates.size;
  }

  /** Enters; undefined when that is done at once, else a promise for when it is. In order of asking. */
  enter(host: string): Promise<void> | undefined {
    if (this.#gap === 0) return undefined;
    const gate = this.#gate(host);
    if (!gate.isTaken) {
      gate.isTaken = true;
      const wait = gate.next - this.#clock.now();
      return wait > 0 ? this.#clock.sleep(wait) : undefined;
    }
    return new Promise((resolve) => gate.waiting.push(resolve));
  }

  /** Leaves, which everyone does who has entered. @param hasKnocked false to leave no gap behind */
  leave(host: string, hasKnocked: boolean): void {
    const gate = this.#gates.get(host);
    if (gate === undefined) return;
    const now = this.#clock.now();
    if (hasKnocked) gate.next = now + this.#gap;
    const enter = gate.waiting.shift();
    gate.isTaken = enter !== undefined;
    if (enter === undefined) return;
    if (gate.next <= now) enter();
    else this.#clock.sleep(gate.next - now).then(enter);
  }

  #gate(host: string): Gate {
    let gate = this.#gates.get(host);
    if (gate === undefined) {
      if (this.#gates.size >= this.#sweepAt) this.#sweep();
      gate = { isTaken: false, next: -Infinity, waiting: [] };
      this.#gates.set(host, gate);
    }
    return gate;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const [host, { isTaken, next }] of this.#gates) {
      if (!isTaken && next <= now) this.#gates.delete(host);
    }
    this.#sweepAt = Math.max(MANY_HOSTS, 2 * this.#gates.size);
  }
}
