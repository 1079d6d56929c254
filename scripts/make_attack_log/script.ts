/** What all scripts of attackers are made of. */
import { type Role, sourcePort, type Step } from "./step.ts";
import type { Decoy, WebClient } from "./vocabulary.ts";

/** What the truth knows of an actor beforehand. */
export interface Intention {
  readonly class: string;
  /** How it goes about it, where there is more than one way. */
  readonly variant?: string;
  readonly beacon?: { readonly interval_s: number; readonly cv: number };
  readonly tools?: readonly string[];
}

/** An actor's doings, and what it means by them. */
export interface Script {
  readonly intention: Intention;
  readonly steps: Iterator<Step, void>;
}

/** A connection to `service`, `wait` microseconds after the step before. */
export function connect(decoy: Decoy, service: string, wait: number, role: Role): Step {
  return {
    wait,
    decoy,
    service,
    eventType: "connect",
    fields: ["src_port", sourcePort(role.random)],
    phase: "reconnaissance",
  };
}

/** A request for `path` by `client`, without a wait. */
export function webRequest(decoy: Decoy, service: string, client: WebClient, path: string): Step {
  const elastic = service === "elasticsearch" || service === "docker_api";
  return {
    wait: 0,
    decoy,
    service,
    eventType: elastic ? "get_request" : "request",
    fields: elastic ? ["path", path, "user_agent", client.userAgent] : [
      ...["method", "GET", "path", path, "headers"],
      JSON.stringify({ Host: decoy.ip, "User-Agent": client.userAgent, Accept: "*/*" }),
    ],
    phase: "reconnaissance",
  };
}

/** `items` in an order by chance. */
export function shuffled<T>(items: readonly T[], { random }: Role): T[] {
  const left = [...items];
  for (let place = left.length - 1; place > 0; place--) {
    const other = random.below(place + 1);
    [left[place], left[other]] = [left[other]!, left[place]!];
  }
  return left;
}
