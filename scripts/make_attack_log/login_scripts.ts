/** Attackers that log in, or try to. */
import { attempt, CredentialList } from "./credentials.ts";
import { connect, type Script, shuffled } from "./script.ts";
import { evenly, humanly, type Role, type Step } from "./step.ts";
import {
  COMMANDS,
  type Decoy,
  DECOYS,
  decoysWith,
  DOWNLOADS,
  LOGIN_SERVICES,
} from "./vocabulary.ts";

/** Tries credentials at one service: steadily, with a connection each, or in bursts. */
export function bruteForcer(role: Role): Script {
  const { random, events } = role;
  const service = random.pick(LOGIN_SERVICES);
  const decoys = decoysWith(service);
  const many = random.chance(0.2);
  const variant = random.pick(["steady", "steady", "connections", "bursts"]);
  const list = new CredentialList(random);
  const pace = 0.3 + random.next() * 2.5;
  function* steps(): Generator<Step, void> {
    let decoy = random.pick(decoys);
    for (let step = 0; step < events; step++) {
      if (many && random.chance(0.02)) decoy = random.pick(decoys);
      if (variant === "connections" && step + 2 < events) {
        yield connect(decoy, service, evenly(random, pace * 0.6, pace * 1.4), role);
        yield { ...attempt(random, decoy, service, list.next()), wait: evenly(random, 0.02, 0.2) };
        yield {
          ...connect(decoy, service, evenly(random, 0.01, 0.1), role),
          eventType: "disconnect",
        };
        step += 2;
        continue;
      }
      const rests = variant === "bursts" && step > 0 && step % 40 === 0;
      const wait = rests ? evenly(random, 300, 1500) : evenly(random, pace * 0.6, pace * 1.4);
      yield { ...attempt(random, decoy, service, list.next()), wait };
    }
  }
  return { intention: { class: "brute_force", variant }, steps: steps() };
}

const SHELLS: ReadonlySet<string> = new Set(["ssh", "telnet"]);

/** Logs in at `decoy` and works there for `events` events. */
function* visit(
  role: Role,
  decoy: Decoy,
  events: number,
  first: number,
  forces = false,
): Generator<Step, void> {
  const { random } = role;
  const service = decoy.services.find((name) => SHELLS.has(name))!;
  const tries = Math.min(forces ? Math.floor(events / 2) : 1 + random.below(3), events);
  const list = new CredentialList(random);
  for (let step = 0; step < events; step++) {
    const quickly = forces && step < tries;
    const wait = step === 0 ? first : quickly ? evenly(random, 0.4, 1.2) : humanly(random, 3);
    if (step < tries) {
      yield { ...attempt(random, decoy, service, list.next(), step === tries - 1), wait };
      continue;
    }
    if (step === events - 1 && events > tries + 4 && random.chance(0.5)) {
      yield {
        ...{ wait, decoy, service, eventType: "file_captured", phase: "delivery" },
        fields: ["path", "/tmp/x", "sha256", "5e".repeat(32), "size", String(random.below(90_000))],
      };
      continue;
    }
    const fetches = random.chance(0.12);
    const command = fetches ? random.pick(DOWNLOADS) : random.pick(COMMANDS);
    yield {
      ...{ wait, decoy, service, eventType: "command", command, phase: "execution" },
      fields: ["uid", "0", "user", "root", "pwd", "/root", "command", command],
    };
  }
}

const SHELL_DECOYS = DECOYS.filter(({ services }) => services.some((name) => SHELLS.has(name)));

/** A person at a shell of one decoy: some guess their way in, some come back. */
export function intruder(role: Role): Script {
  const { random, events } = role;
  const decoy = random.pick(SHELL_DECOYS);
  if (events >= 24 && random.chance(0.25)) {
    const steps = visit(role, decoy, events, 0, true);
    return { intention: { class: "interactive", variant: "forces" }, steps };
  }
  const visits = events >= 24 && random.chance(0.4) ? 2 : 1;
  function* steps(): Generator<Step, void> {
    const each = Math.floor(events / visits);
    yield* visit(role, decoy, events - each * (visits - 1), 0);
    if (visits > 1) yield* visit(role, decoy, each, evenly(random, 4 * 3600, 40 * 3600));
  }
  const variant = visits > 1 ? "returns" : "once";
  return { intention: { class: "interactive", variant }, steps: steps() };
}

/** A person who goes from decoy to decoy. */
export function lateralMover(role: Role): Script {
  const { random, events } = role;
  const count = 2 + random.below(Math.min(4, Math.floor(events / 8) - 1));
  const route = shuffled(SHELL_DECOYS, role).slice(0, count);
  function* steps(): Generator<Step, void> {
    const each = Math.floor(events / count);
    for (const [index, decoy] of route.entries()) {
      const left = index === 0 ? events - each * (count - 1) : each;
      yield* visit(role, decoy, left, index === 0 ? 0 : evenly(random, 5, 120));
    }
  }
  return { intention: { class: "interactive", variant: "lateral" }, steps: steps() };
}
