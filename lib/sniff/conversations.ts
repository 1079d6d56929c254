/** All payload that is being read, within one bound on memory for all of it. */
import type { Conversation, Flow } from "./flow.ts";
import { FLAG, FLAGS } from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";

/** What a conversation takes besides what it holds, measured on the heap of eight thousand of all kinds. */
const CONVERSATION_OVERHEAD = 2048;

/**
 * Memory for what is read at a time: room for eight thousand conversations in which the next packet is
 * awaited, or for hundreds of handshakes of the largest kind. The collector lets garbage of about the same
 * size pile up, and the process is to stay below 150 MiB.
 */
export const MAX_HELD = 16 * 1024 * 1024;

/** How exactly conversations are kept in order of their last packet (microseconds). */
const ORDER_MICROS = 1_000_000;

/** The rest of something that has begun comes within this time (microseconds). */
const IDLE_MICROS = 60_000_000;

/** Begins and ends conversations; the one that was silent longest makes room. */
export class Conversations {
  /** Conversations that there ever were, and those given up for memory or because nothing came. */
  started = 0;
  givenUp = 0;
  /** Conversations now; most that there were at a time, and most bytes that they held. */
  size = 0;
  highWater = 0;
  heldHighWater = 0;
  readonly #flows: FlowTable;
  readonly #maxHeld: number;
  #held = 0;
  #leastRecent: Flow | undefined;
  #mostRecent: Flow | undefined;

  /** @param maxHeld bytes for all conversations together */
  constructor(flows: FlowTable, maxHeld: number) {
    this.#flows = flows;
    this.#maxHeld = maxHeld;
  }

  /** Begins to read the payload of `flow`, which nobody does. */
  begin(flow: Flow, conversation: Conversation, micros: number): void {
    const flags = flow.record + FLAGS;
    this.#flows.words[flags] = this.#flows.words[flags]! & ~FLAG.unwanted | FLAG.read;
    this.#list(flow, micros);
    flow.conversation = conversation;
  }

  /** Begins to read what strays from the rest, which nobody does. */
  beginStray(flow: Flow, conversation: Conversation, micros: number): void {
    this.#list(flow, micros);
    flow.stray = conversation;
  }

  /**
   * Notes a packet of `flow`, counts anew what its conversations hold, and makes room.
   *
   * @param read the packet may have changed what they hold
   */
  note(flow: Flow, micros: number, read: boolean): void {
    // To the second is order enough, and most packets follow the one before within less.
    if (Math.abs(micros - flow.readMicros) > ORDER_MICROS) {
      this.#unlink(flow);
      this.#append(flow, micros);
    }
    if (!read) return;
    this.#count(flow);
    while (this.#held > this.#maxHeld) this.#giveUp(this.#leastRecent!);
    if (this.#held > this.heldHighWater) this.heldHighWater = this.#held;
  }

  /** Nothing more is wanted of the payload of `flow`. */
  end(flow: Flow): void {
    flow.conversation?.end();
    flow.conversation = undefined;
    const flags = flow.record + FLAGS;
    this.#flows.words[flags] = this.#flows.words[flags]! & ~FLAG.read | FLAG.unwanted;
    this.#unlistIfOver(flow);
  }

  /** Nothing more is wanted of what strays from the rest. */
  endStray(flow: Flow): void {
    flow.stray?.end();
    flow.stray = undefined;
    this.#unlistIfOver(flow);
  }

  /** Gives up what has waited for too long at packet time `micros`. */
  expire(micros: number): void {
    // Those that stay are the most recent ones from here on, so that each is looked at once.
    for (let left = this.size; left > 0; left--) {
      const flow = this.#leastRecent!;
      if (flow.readMicros >= micros - IDLE_MICROS) return;
      if ((flow.conversation?.held ?? 0) + (flow.stray?.held ?? 0) > 0) {
        this.#giveUp(flow);
      } else {
        this.#unlink(flow);
        this.#append(flow, micros);
      }
    }
  }

  #count(flow: Flow): void {
    const holds = heldBy(flow.conversation) + heldBy(flow.stray);
    this.#held += holds - flow.counted;
    flow.counted = holds;
  }

  #giveUp(flow: Flow): void {
    this.givenUp++;
    this.endStray(flow);
    if (flow.conversation !== undefined) this.end(flow);
  }

  #list(flow: Flow, micros: number): void {
    this.started++;
    if (flow.conversation !== undefined || flow.stray !== undefined) return;
    this.#flows.keep(flow);
    this.size++;
    if (this.size > this.highWater) this.highWater = this.size;
    this.#append(flow, micros);
  }

  #unlistIfOver(flow: Flow): void {
    this.#count(flow);
    if (flow.conversation !== undefined || flow.stray !== undefined) return;
    this.#flows.forget(flow);
    this.#unlink(flow);
    this.size--;
  }

  #append(flow: Flow, micros: number): void {
    flow.readMicros = micros;
    flow.lessRecent = this.#mostRecent;
    flow.moreRecent = undefined;
    if (this.#mostRecent === undefined) this.#leastRecent = flow;
    else this.#mostRecent.moreRecent = flow;
    this.#mostRecent = flow;
  }

  #unlink(flow: Flow): void {
    if (flow.lessRecent === undefined) this.#leastRecent = flow.moreRecent;
    else flow.lessRecent.moreRecent = flow.moreRecent;
    if (flow.moreRecent === undefined) this.#mostRecent = flow.lessRecent;
    else flow.moreRecent.lessRecent = flow.lessRecent;
    flow.lessRecent = flow.moreRecent = undefined;
  }
}

function heldBy(conversation: Conversation | undefined): number {
  return conversation === undefined ? 0 : CONVERSATION_OVERHEAD + conversation.held;
}
