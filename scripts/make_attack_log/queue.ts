/** Whose turn is next. */

/** Something with a time at which it is due. */
export interface Due {
  readonly time: number;
}

/** A binary heap: the earliest comes out first; of two at one time, either. */
export class EarliestFirst<T extends Due> {
  readonly #items: T[] = [];

  /** The earliest, or undefined when there is none. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** Adds `item`. */
  add(item: T): void {
    const items = this.#items;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (items[parent]!.time <= item.time) break;
      items[place] = items[parent]!;
      place = parent;
    }
    items[place] = item;
  }

  /** Takes the earliest away. */
  removeFirst(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#sink(last);
  }

  /** Puts the first where it belongs now that its time is later. */
  firstIsLater(): void {
    this.#sink(this.#items[0]!);
  }

  #sink(item: T): void {
    const items = this.#items;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]!.time < items[child]!.time) child++;
      if (items[child]!.time >= item.time) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = item;
  }
}
