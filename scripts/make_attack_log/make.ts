/** Puts all attackers' events into one log, in the order of their times. */
import { SeededRandom } from "../../tests/support/log_random.ts";
import { Actor } from "./actor.ts";
import { eventLine, GARBAGE } from "./line.ts";
import { ownLine } from "./own_lines.ts";
import { LOG_START, makePlan } from "./plan.ts";
import { EarliestFirst } from "./queue.ts";
import type { Truth } from "./truth.ts";
import { DECOYS } from "./vocabulary.ts";

/** What is to be made. */
export interface AttackLogOptions {
  /** Lines about attackers, ours about them included. */
  readonly events: number;
  readonly attackers: number;
  readonly seed: number;
}

/** Where it goes. */
export interface AttackLogSinks {
  /** Takes a line with its newline. */
  line(text: string): void;
  /** Takes what is true of an attacker, once it has gone. */
  truth(truth: Truth): void;
}

/** Other lines than events of attackers. */
export interface AttackLogTotals {
  readonly events: number;
  /** Events that belong to no attacker: decoys and probers that start. */
  readonly unattributed: number;
  /** Lines that are no events at all. */
  readonly garbage: number;
}

/** One line in so many is garbage; as many are nobody's. */
const ODD_LINE_EVERY = 500;

/**
 * Makes a log; the same options make the same. Memory goes with the attackers that are there at one
 * time. @throws {RangeError} when there are too few events for the attackers
 */
export function makeAttackLog(options: AttackLogOptions, sinks: AttackLogSinks): AttackLogTotals {
  const plan = makePlan(options.events, options.attackers, options.seed);
  const queue = new EarliestFirst<Actor>();
  const totals = { events: 0, unattributed: 0, garbage: 0 };
  const random = new SeededRandom(~options.seed);
  let number = 0;
  let arrived = 0;
  sinks.line(startup("prober", LOG_START, number++));
  totals.unattributed++;
  for (;;) {
    const next = plan.order[arrived];
    const first = queue.first;
    if (next !== undefined && (first === undefined || plan.starts[next]! <= first.time)) {
      queue.add(new Actor(plan, next));
      arrived++;
      continue;
    }
    if (first === undefined) return totals;
    const { step, time, truth } = first;
    const { decoy, service, eventType } = step!;
    sinks.line(
      eventLine({
        ...{ time, decky: decoy.name, service, eventType, attacker: first.ip },
        fields: ["src_ip", first.ip, ...step!.fields],
      }, number++),
    );
    truth.saw(step!, time);
    totals.events++;
    if (truth.events <= first.ownLines) {
      const own = ownLine(truth.events - 1, first.seed, first.ip, decoy, service);
      sinks.line(eventLine({ ...own, time: time + 700, attacker: first.ip }, number++));
      truth.sawOwn(own.fingerprints);
      totals.events++;
    }
    if (random.below(ODD_LINE_EVERY) === 0) {
      sinks.line(random.pick(GARBAGE));
      sinks.line(startup(random.pick(DECOYS).name, time, number++));
      totals.garbage++;
      totals.unattributed++;
    }
    first.advance();
    if (first.step !== undefined) {
      queue.firstIsLater();
      continue;
    }
    queue.removeFirst();
    sinks.truth(truth.truth());
  }
}

/** A line of a decoy's, or of the prober's, own. */
function startup(decky: string, time: number, number: number): string {
  const ours = decky === "prober";
  return eventLine({
    ...{ time, decky: ours ? "decnet-prober" : decky, service: ours ? "prober" : "ssh" },
    ...{ eventType: ours ? "prober_startup" : "startup", attacker: "Unknown" },
    fields: ours ? ["interval", 300] : [],
  }, number);
}
