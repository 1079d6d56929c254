/** Names the stack behind a SYN or SYN-ACK, and remembers the ones it has named. */
import type { StackDatabase } from "./database.ts";
import { type StackMatch, StackMatcher } from "./matcher.ts";
import type { StackObservation } from "./observation.ts";
import { UNKNOWN_OS } from "./os_guess.ts";
import { signatureText } from "./signature_text.ts";
import { initialTtl } from "./ttl.ts";

/** Different observations that are remembered. */
const DEFAULT_CAPACITY = 4096;

/** Headers of a TCP segment over IPv4 and IPv6 without options. */
const HEADERS_V4 = 40;
const HEADERS_V6 = 60;

/** What is known of a stack. The same object for each packet that shows the same. */
export class StackIdentity {
  /** The signature that fits, and how well; undefined when none does. */
  readonly match: StackMatch | undefined;
  /** One word: `linux`, `nmap`, ...; `unknown` without a match. */
  readonly osGuess: string;
  /** Time to live at the sender, after the signature or by the next round number. */
  readonly initialTtl: number;
  /** Hops from the sender. */
  readonly hops: number;
  /** Kind of link by the MTU that the MSS belongs to: `Ethernet`; undefined when not known. */
  readonly link: string | undefined;
  /** Window of the packets that show it. */
  readonly window: number;
  readonly #observation: StackObservation;
  #signature: string | undefined;

  constructor(
    observation: StackObservation,
    match: StackMatch | undefined,
    link: string | undefined,
  ) {
    const { ttl } = observation;
    this.match = match;
    this.osGuess = match?.entry.label.osGuess ?? UNKNOWN_OS;
    this.hops = match?.distance ?? initialTtl(ttl) - ttl;
    this.initialTtl = ttl + this.hops;
    this.link = link;
    this.window = observation.window;
    this.#observation = observation;
  }

  /** The observation as p0f writes it: `4:64+0:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0`. */
  get signature(): string {
    return this.#signature ??= signatureText(this.#observation);
  }

  /** True when this is what was seen in `observation`. */
  isOf(observation: StackObservation): boolean {
    return this.#observation.equals(observation);
  }
}

/** Identifies stacks with the help of one database. */
export class StackIdentifier {
  readonly #matcher: StackMatcher;
  readonly #links: ReadonlyMap<number, string>;
  readonly #generation: number;
  /** Used of late, and before: what is not used for a generation is forgotten, at no cost. */
  #recent = new Map<number, StackIdentity>();
  #former = new Map<number, StackIdentity>();

  /** @param capacity different observations that are remembered at most */
  constructor(database: StackDatabase, capacity: number = DEFAULT_CAPACITY) {
    this.#matcher = new StackMatcher(database);
    this.#links = database.links;
    this.#generation = Math.max(1, capacity >> 1);
  }

  /** Different observations that are remembered now. */
  get size(): number {
    return this.#recent.size + this.#former.size;
  }

  /** What is known of the stack that `observation` shows. */
  identify(observation: StackObservation): StackIdentity {
    const key = keyOf(observation);
    const known = this.#recent.get(key);
    if (known !== undefined && known.isOf(observation)) return known;
    const former = this.#former.get(key);
    if (former !== undefined && former.isOf(observation)) {
      this.#former.delete(key);
      return this.#remember(key, former);
    }
    const match = this.#matcher.match(observation);
    const identity = new StackIdentity(observation.clone(), match, this.#linkOf(observation));
    return this.#remember(key, identity);
  }

  #remember(key: number, identity: StackIdentity): StackIdentity {
    if (this.#recent.size >= this.#generation) {
      this.#former = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(key, identity);
    return identity;
  }

  #linkOf({ mss, ipVersion }: StackObservation): string | undefined {
    return mss === 0
      ? undefined
      : this.#links.get(mss + (ipVersion === 4 ? HEADERS_V4 : HEADERS_V6));
  }
}

function keyOf(seen: StackObservation): number {
  let key = seen.layoutHash;
  key = Math.imul(key ^ (seen.ttl << 24 | seen.ipVersion << 20 | seen.padding), 0x01000193);
  key = Math.imul(key ^ (seen.window << 8 ^ seen.scale), 0x01000193);
  key = Math.imul(key ^ (seen.mss << 12 ^ seen.quirks), 0x01000193);
  const flags = (seen.synAck ? 1 : 0) | (seen.hasPayload ? 2 : 0) | (seen.hasTimestamp ? 4 : 0);
  key = Math.imul(key ^ (seen.peerMss << 4 ^ flags), 0x01000193);
  return Math.imul(key ^ (seen.headerLength << 8 ^ seen.ipOptionLength), 0x01000193);
}
