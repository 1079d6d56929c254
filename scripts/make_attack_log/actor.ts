/** One attacker at work. */
import { SeededRandom } from "../../tests/support/log_random.ts";
import { addressOf, type Plan } from "./plan.ts";
import { bruteForcer, intruder, lateralMover } from "./login_scripts.ts";
import { spammer } from "./mail_script.ts";
import { beacon, oneShot, scanner, slowScanner } from "./scan_scripts.ts";
import type { Script } from "./script.ts";
import { ACTOR_KINDS, type ActorKind, type Role, type Step } from "./step.ts";
import { TruthKeeper } from "./truth.ts";

const SCRIPTS: Readonly<Record<ActorKind, (role: Role) => Script>> = {
  one_shot: oneShot,
  scanner,
  slow_scanner: slowScanner,
  brute_forcer: bruteForcer,
  beacon,
  intruder,
  lateral_mover: lateralMover,
  spammer,
};

/** An attacker, from its first event to its last. */
export class Actor {
  readonly ip: string;
  readonly seed: number;
  readonly truth: TruthKeeper;
  /** Lines of our own about it that are still to be written. */
  readonly ownLines: number;
  readonly #steps: Iterator<Step, void>;
  /** When {@linkcode Actor.step} happens, in microseconds since the epoch. */
  time: number;
  /** Undefined once it has gone. */
  step: Step | undefined;

  constructor(plan: Plan, number: number) {
    this.ip = addressOf(number);
    this.seed = plan.seeds[number]!;
    this.ownLines = plan.ownLines[number]!;
    const kind = ACTOR_KINDS[plan.kinds[number]!]!;
    const role = { random: new SeededRandom(this.seed), events: plan.events[number]! };
    const { intention, steps } = SCRIPTS[kind](role);
    this.truth = new TruthKeeper(this.ip, kind, intention);
    this.#steps = steps;
    this.time = plan.starts[number]!;
    this.step = steps.next().value ?? undefined;
  }

  /** Goes on to the next step. */
  advance(): void {
    this.step = this.#steps.next().value ?? undefined;
    this.time += this.step?.wait ?? 0;
  }
}
