/** What the events of a window mean. */
import { addEvent } from "./add_event.ts";
import type { Aggregate } from "./aggregate.ts";
import { readFactValues } from "./fact_reader.ts";
import { type Facts, factsOf, NO_FACTS, type Place } from "./facts.ts";
import { readPlace } from "./place.ts";
import type { Window } from "./window.ts";

/** Sets of facts whose meaning is remembered. */
const MAX_FACTS = 8192;

/** Gives the numbers of a window their meaning, each once. */
export class WindowReader {
  readonly #window: Window;
  readonly #places: (Place | undefined)[] = [];
  /** By set of facts and the kind of place, which few have more than one of. */
  readonly #facts = new Map<number, { readonly place: string; readonly facts: Facts }>();

  constructor(window: Window) {
    this.#window = window;
  }

  /**
   * Adds events of one attacker.
   *
   * @param source number of the input that they were read from
   * @param events in the order of the log
   */
  addTo(aggregate: Aggregate, source: number, events: Uint32Array): void {
    for (const event of events) {
      const place = this.#placeOf(event);
      addEvent(aggregate, source, this.#window.timeAt(event), place, this.#factsOf(event, place));
    }
  }

  #placeOf(event: number): Place {
    const number = this.#window.placeOf(event);
    return this.#places[number] ??= readPlace(this.#window.placeAt(number));
  }

  #factsOf(event: number, place: Place): Facts {
    const number = this.#window.factsOf(event);
    const known = this.#facts.get(number);
    // What fields mean hangs on the type of the event and on who wrote it, not on the decoy.
    const kind = place.speaker + place.eventType;
    if (known !== undefined && known.place === kind) return known.facts;
    const bytes = this.#window.factsAt(number);
    if (bytes.length === 0 && place.meaning.phase !== "access") return NO_FACTS;
    const facts = factsOf(place, readFactValues(bytes));
    if (this.#facts.size >= MAX_FACTS) this.#facts.clear();
    this.#facts.set(number, { place: kind, facts });
    return facts;
  }
}
