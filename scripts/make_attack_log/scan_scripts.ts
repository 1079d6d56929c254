/** Attackers that look around, and those that call home. */
import { connect, type Script, shuffled, webRequest } from "./script.ts";
import { evenly, type Role, seconds, type Step } from "./step.ts";
import { DECOYS, decoysWith, PATHS, SCAN_CLIENTS, type WebClient } from "./vocabulary.ts";

const WEB: ReadonlySet<string> = new Set(["http", "https", "elasticsearch", "docker_api"]);

/** Comes once or twice and is not seen again. */
export function oneShot(role: Role): Script {
  const { random, events } = role;
  function* steps(): Generator<Step, void> {
    const decoy = random.pick(DECOYS);
    const service = random.pick(decoy.services);
    for (let step = 0; step < events; step++) yield connect(decoy, service, seconds(1), role);
  }
  return { intention: { class: "unknown" }, steps: steps() };
}

/** Goes through services of decoys, as quickly as `pause` allows. */
function* sweep(role: Role, client: WebClient, pause: () => number): Generator<Step, void> {
  const { random, events } = role;
  let decoy = random.pick(DECOYS.filter(({ services }) => services.length >= 3));
  let place = 0;
  for (let step = 0; step < events; step++) {
    if (place === decoy.services.length) {
      decoy = random.pick(DECOYS);
      place = 0;
    }
    const service = decoy.services[place++]!;
    const wait = pause();
    yield WEB.has(service)
      ? { ...webRequest(decoy, service, client, random.pick(PATHS)), wait }
      : connect(decoy, service, wait, role);
  }
}

/** Goes through the decoys that run one service, and begins again at the last. */
function* sweepOne(role: Role, pause: () => number): Generator<Step, void> {
  const decoys = shuffled(decoysWith("ssh"), role);
  for (let step = 0; step < role.events; step++) {
    yield connect(decoys[step % decoys.length]!, "ssh", pause(), role);
  }
}

/** Looks at many services within moments, or at one service of many decoys. */
export function scanner(role: Role): Script {
  const { random } = role;
  if (random.chance(0.2)) {
    const steps = sweepOne(role, () => evenly(random, 0.05, 2));
    return { intention: { class: "scanning", variant: "one_service" }, steps };
  }
  const client = random.pick(SCAN_CLIENTS);
  const steps = sweep(role, client, () => evenly(role.random, 0.05, 2));
  return { intention: { class: "scanning", ...toolOf(client) }, steps };
}

/** Looks at many services, minutes apart. */
export function slowScanner(role: Role): Script {
  const client = role.random.pick(SCAN_CLIENTS);
  const steps = sweep(role, client, () => evenly(role.random, 30, 900));
  return { intention: { class: "slow_scan", ...toolOf(client) }, steps };
}

/** What a client's name gives away, once it has asked a web server. */
function toolOf({ tool }: WebClient): { tools?: readonly string[] } {
  return tool === undefined ? {} : { tools: [tool] };
}

/** Cadences in seconds and coefficients of variation, and the framework with that habit. */
const CADENCES: readonly (readonly [number, number, string | undefined])[] = [
  [60, 0.2, "cobalt_strike"],
  [45, 0.1, "havoc"],
  [30, 0.15, "mythic"],
  [300, 0.05, undefined],
  [10, 0.02, undefined],
  [600, 0.25, undefined],
];

/** Asks one server for one path, again and again. */
export function beacon(role: Role): Script {
  const { random, events } = role;
  const [interval, cv, tool] = random.pick(CADENCES);
  // An even spread of half-width w has a standard deviation of w / sqrt(3).
  const width = cv * Math.sqrt(3);
  function* steps(): Generator<Step, void> {
    const decoy = random.pick(decoysWith("http"));
    const client = { userAgent: "Mozilla/4.0 (compatible; MSIE 8.0)", tool: undefined };
    for (let step = 0; step < events; step++) {
      yield {
        ...webRequest(decoy, "http", client, "/jquery-3.3.1.min.js"),
        wait: evenly(random, interval * (1 - width), interval * (1 + width)),
      };
    }
  }
  const tools = tool === undefined ? {} : { tools: [tool] };
  return {
    intention: { class: "beaconing", beacon: { interval_s: interval, cv }, ...tools },
    steps: steps(),
  };
}
