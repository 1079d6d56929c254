/** What is true of an attacker, kept by who made it up. */
import { formatTimestamp } from "../../lib/event/time.ts";
import type { Phase } from "../../lib/profile/profile.ts";
import type { Intention } from "./script.ts";
import type { ActorKind, Step } from "./step.ts";

/** One line of the file of truth. */
export interface Truth extends Intention {
  readonly attacker_ip: string;
  readonly kind: ActorKind;
  /** Its own events. */
  readonly events: number;
  /** Lines of our own about it. */
  readonly evidence: number;
  readonly first_seen: string;
  readonly last_seen: string;
  /** In order of first contact, with its time. */
  readonly deckies: readonly { readonly decky: string; readonly first_seen: string }[];
  /** Events by service. */
  readonly services: Readonly<Record<string, number>>;
  /** Events by type. */
  readonly event_types: Readonly<Record<string, number>>;
  /** Time of the first event of each phase. */
  readonly phases: Readonly<Partial<Record<Phase, string>>>;
  readonly sessions: number;
  readonly commands: { readonly total: number; readonly distinct: number };
  readonly credentials: { readonly attempts: number; readonly distinct: number };
  /** Recipients by domain. */
  readonly domains: Readonly<Record<string, number>>;
  /** Distinct, as `kind value`, sorted. */
  readonly fingerprints: readonly string[];
}

/** A longer pause than that begins a new session. */
const SESSION_GAP_MICROS = 30 * 60 * 1_000_000;

/** Takes down what an attacker does. */
export class TruthKeeper {
  readonly #ip: string;
  readonly #kind: ActorKind;
  readonly #intention: Intention;
  #events = 0;
  #evidence = 0;
  #first = 0;
  #last = 0;
  #sessions = 0;
  #asksWeb = false;
  #commands = 0;
  #attempts = 0;
  readonly #deckies = new Map<string, number>();
  readonly #services = new Map<string, number>();
  readonly #types = new Map<string, number>();
  readonly #phases = new Map<Phase, number>();
  readonly #distinctCommands = new Set<string>();
  readonly #distinctCredentials = new Set<string>();
  readonly #domains = new Map<string, number>();
  readonly #fingerprints = new Set<string>();

  constructor(ip: string, kind: ActorKind, intention: Intention) {
    this.#ip = ip;
    this.#kind = kind;
    this.#intention = intention;
  }

  /** Its own events so far. */
  get events(): number {
    return this.#events;
  }

  /** Takes down an event of the attacker's own. */
  saw(step: Step, time: number): void {
    if (this.#events++ === 0) this.#first = time;
    if (this.#events === 1 || time - this.#last > SESSION_GAP_MICROS) this.#sessions++;
    this.#last = time;
    if (!this.#deckies.has(step.decoy.name)) this.#deckies.set(step.decoy.name, time);
    if (!this.#phases.has(step.phase)) this.#phases.set(step.phase, time);
    count(this.#services, step.service);
    count(this.#types, step.eventType);
    if (step.eventType === "request" || step.eventType === "get_request") this.#asksWeb = true;
    if (step.domain !== undefined) count(this.#domains, step.domain);
    if (step.command !== undefined) {
      this.#commands++;
      this.#distinctCommands.add(step.command);
    }
    if (step.credential !== undefined) {
      this.#attempts++;
      this.#distinctCredentials.add(step.credential);
    }
  }

  /** Takes down a line of our own about the attacker. */
  sawOwn(fingerprints: Readonly<Record<string, string>>): void {
    this.#evidence++;
    for (const [kind, value] of Object.entries(fingerprints)) {
      this.#fingerprints.add(`${kind} ${value}`);
    }
  }

  /** All of it. */
  truth(): Truth {
    const { tools, ...intention } = this.#intention;
    return {
      attacker_ip: this.#ip,
      kind: this.#kind,
      ...intention,
      ...(tools !== undefined && this.#asksWeb ? { tools } : {}),
      events: this.#events,
      evidence: this.#evidence,
      first_seen: formatTimestamp(this.#first),
      last_seen: formatTimestamp(this.#last),
      deckies: [...this.#deckies].map(([decky, time]) => ({
        decky,
        first_seen: formatTimestamp(time),
      })),
      services: Object.fromEntries(this.#services),
      event_types: Object.fromEntries(this.#types),
      phases: Object.fromEntries(
        [...this.#phases].map(([phase, time]) => [phase, formatTimestamp(time)]),
      ),
      sessions: this.#sessions,
      commands: { total: this.#commands, distinct: this.#distinctCommands.size },
      credentials: { attempts: this.#attempts, distinct: this.#distinctCredentials.size },
      domains: Object.fromEntries(this.#domains),
      fingerprints: [...this.#fingerprints].sort(),
    };
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
