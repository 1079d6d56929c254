/**
 * What depends on the order of events, for each sensor of each input by itself. Within a sensor's log there
 * is one order; how the logs of several come together in a file or in the fleet's stream is chance: one that
 * was cut off for an hour is an hour late.
 */
import { type EncodedSource, SourceTally } from "./source_tally.ts";

/** Sensors of an input that have a tally of their own; those that come later share one. */
const MAX_SENSORS = 64;

/** The sensor of lines that do not tell it. */
const UNNAMED = "-";

/** The name that those have together who come too late: no sensor's, for they are not empty. */
const OTHERS = "";

/** A tally as it is stored. */
export type EncodedTally =
  | readonly [source: number, tally: EncodedSource]
  | readonly [source: number, tally: EncodedSource, sensor: string];

/** The tally of one sensor in one input. */
export interface SensorTally {
  readonly source: number;
  readonly sensor: string;
  readonly tally: SourceTally;
}

/** The tallies of one attacker. */
export class SourceTallies {
  readonly #bySource = new Map<number, Map<string, SourceTally>>();

  /**
   * The tally of a sensor, made where it is missing.
   *
   * @param source number of the input
   * @param time microseconds since the epoch of the event that it is asked for
   */
  of(source: number, sensor: string, time: number): SourceTally {
    let sensors = this.#bySource.get(source);
    if (sensors === undefined) this.#bySource.set(source, sensors = new Map());
    const known = sensors.get(sensor);
    if (known !== undefined) return known;
    const name = sensors.size < MAX_SENSORS ? sensor : OTHERS;
    let tally = sensors.get(name);
    if (tally === undefined) sensors.set(name, tally = new SourceTally(time));
    return tally;
  }

  /** All of them, by input and name: sums of fractions depend on the order in which they are added. */
  all(): SensorTally[] {
    const tallies: SensorTally[] = [];
    for (const [source, sensors] of this.#bySource) {
      for (const [sensor, tally] of sensors) tallies.push({ source, sensor, tally });
    }
    if (tallies.length < 2) return tallies;
    return tallies.sort((one, other) =>
      one.source - other.source || (one.sensor < other.sensor ? -1 : 1)
    );
  }

  /** As they are stored. */
  encode(): EncodedTally[] {
    return this.all().map(({ source, sensor, tally }) =>
      sensor === UNNAMED ? [source, tally.encode()] : [source, tally.encode(), sensor]
    );
  }

  /** Puts back what was stored. */
  restore([source, tally, sensor = UNNAMED]: EncodedTally): void {
    let sensors = this.#bySource.get(source);
    if (sensors === undefined) this.#bySource.set(source, sensors = new Map());
    sensors.set(sensor, SourceTally.decode(tally));
  }
}
