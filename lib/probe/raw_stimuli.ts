/** Sends packets that ask for an ICMP error, and gathers the errors. */
import { initialTtl } from "../fingerprint/p0f/ttl.ts";
import { equalBytes } from "../bytes.ts";
import type { Packet } from "../net/packet.ts";
import { type IcmpError, quotedTtl, readIcmpError } from "../raw/icmp_error.ts";
import { quoteChanges } from "../raw/quote_changes.ts";
import { senderOf } from "./raw_icmp_text.ts";
import type { RawRoute } from "./raw_network.ts";
import type { RawProbeContext } from "./raw_probe.ts";
import { inTime, randomUpTo, RawSession } from "./raw_session.ts";

/** The ports of traceroute: open on hardly any host, and let through by many firewalls. */
const FIRST_CLOSED_PORT = 33434;
const CLOSED_PORTS = 100;

/** Between two packets to a host that may answer both. */
const GAP_MS = 100;

/** How long to wait for the last answers of a round. */
const ANSWER_MS = 1000;

/**
 * Between two packets to a host that has answered some: stacks send one host an error a second or so
 * (Linux icmp_ratelimit, RFC 4443 2.4 f), and what it did not send is no silence of its own choice.
 */
const RATE_LIMIT_MS = 1000;

/** Times that an unanswered packet is sent: one in a hundred lost is one in a million lost thrice. */
const ROUNDS = 3;

/** For stimuli that make sense, or count, on every route. */
export const always = (): boolean => true;

/** Only by way of a router. */
export const routed = ({ gateway }: RawRoute): boolean => gateway !== undefined;

/** Only on the link, where no router is in between. */
export const onLink = ({ gateway }: RawRoute): boolean => gateway === undefined;

/** Where one packet goes. */
export interface StimulusPlace {
  readonly route: RawRoute;
  /** By these the answer is known: the first four bytes of the transport header. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** IPv4 identification. */
  readonly id: number;
}

/** A packet that asks for an error. */
export interface Stimulus {
  /** As in field names: `port_unreach`. */
  readonly name: string;
  /** In the matrix. */
  readonly letter: string;
  /** Whether it is answered is for the host to decide, and not for the way there: it is hashed. */
  readonly hashed: (route: RawRoute) => boolean;
  /** True where it makes sense. */
  readonly fits: (route: RawRoute) => boolean;
  /** Protocol of the packet behind all extension headers. */
  readonly protocol: number;
  /** Type and code of the answer that is asked for; undefined for any code. */
  readonly wanted: readonly [type: number, code: number | undefined];
  readonly write: (place: StimulusPlace) => Uint8Array<ArrayBuffer>;
}

/** The error that answered. */
export interface StimulusAnswer {
  readonly error: IcmpError;
  readonly sender: string;
  /** It comes from the target and not from a router on the way. */
  readonly fromTarget: boolean;
  /** It is the one that was asked for. */
  readonly wanted: boolean;
  readonly roundTripMicros: number;
  /** What the quoted packet differs by from the one that was sent. */
  readonly changes: readonly string[];
  /** Hops that the packet had made when it was answered. */
  readonly forwardHops: number;
  /** Of the answer itself. */
  readonly initialTtl: number;
  readonly hops: number;
  readonly dontFragment: boolean;
  readonly trafficClass: number;
}

/** What became of a stimulus. */
export interface StimulusResult {
  readonly stimulus: Stimulus;
  /** It counts for the fingerprint. */
  readonly hashed: boolean;
  /** How often it was sent: 0 where it makes no sense. */
  readonly sent: number;
  /** Undefined for silence. */
  readonly answer: StimulusAnswer | undefined;
}

/** Sends every stimulus until it is answered, three times at most. @throws {ProbeFailure} */
export async function stimulate(
  context: RawProbeContext,
  stimuli: readonly Stimulus[],
): Promise<StimulusResult[]> {
  const route = context.network.route(context.target.address);
  const attempts = new Attempts(context, route, stimuli);
  using session = new RawSession(context, route.destination, (packet) => attempts.hear(packet));
  await rounds(session, attempts);
  return attempts.results();
}

async function rounds(session: RawSession, attempts: Attempts): Promise<void> {
  for (let round = 0; round < ROUNDS && attempts.open.length > 0 && !session.over; round++) {
    // A host that says nothing at all is not one that is short of answers.
    const limited = round > 0 && attempts.anyAnswered;
    for (const stimulus of attempts.open) {
      if (!await inTime(attempts.send(session, stimulus))) return;
      await session.until(() => attempts.isAnswered(stimulus), GAP_MS);
      if (limited && attempts.open.length > 0) await session.pause(RATE_LIMIT_MS);
    }
    await session.until(() => attempts.open.length === 0, ANSWER_MS);
  }
}

interface Attempt {
  readonly stimulus: Stimulus;
  readonly place: StimulusPlace;
  readonly packet: Uint8Array<ArrayBuffer>;
  sentMicros: number;
}

class Attempts {
  readonly #context: RawProbeContext;
  readonly #route: RawRoute;
  readonly #stimuli: readonly Stimulus[];
  readonly #attempts: Attempt[] = [];
  readonly #answers = new Map<Stimulus, StimulusAnswer>();
  readonly #firstPort = randomUpTo(0xffff);

  constructor(context: RawProbeContext, route: RawRoute, stimuli: readonly Stimulus[]) {
    this.#context = context;
    this.#route = route;
    this.#stimuli = stimuli;
  }

  /** Those that are yet to be answered. */
  get open(): readonly Stimulus[] {
    return this.#stimuli.filter((stimulus) =>
      stimulus.fits(this.#route) && !this.#answers.has(stimulus)
    );
  }

  get anyAnswered(): boolean {
    return this.#answers.size > 0;
  }

  isAnswered(stimulus: Stimulus): boolean {
    return this.#answers.has(stimulus);
  }

  async send(session: RawSession, stimulus: Stimulus): Promise<void> {
    const { ports } = this.#context.network;
    const place: StimulusPlace = {
      route: this.#route,
      sourcePort: ports[(this.#firstPort + this.#attempts.length) % ports.length]!,
      destinationPort: FIRST_CLOSED_PORT + randomUpTo(CLOSED_PORTS) - 1,
      id: randomUpTo(0xffff),
    };
    const attempt = { stimulus, place, packet: stimulus.write(place), sentMicros: 0 };
    this.#attempts.push(attempt);
    attempt.sentMicros = await session.send(attempt.packet, this.#route);
  }

  /** Takes in a packet that comes from the host, or is an error about one to it. */
  hear(packet: Packet): void {
    const error = readIcmpError(packet);
    if (error === undefined) return;
    const attempt = this.#attempts.find(({ place, stimulus }) =>
      place.sourcePort === error.sourcePort && place.destinationPort === error.destinationPort &&
      stimulus.protocol === error.protocol
    );
    if (attempt === undefined || this.#answers.has(attempt.stimulus)) return;
    this.#answers.set(attempt.stimulus, this.#answer(attempt, packet, error));
  }

  results(): StimulusResult[] {
    return this.#stimuli.map((stimulus) => ({
      stimulus,
      hashed: stimulus.fits(this.#route) && stimulus.hashed(this.#route),
      sent: this.#attempts.filter((attempt) => attempt.stimulus === stimulus).length,
      answer: this.#answers.get(stimulus),
    }));
  }

  #answer(attempt: Attempt, packet: Packet, error: IcmpError): StimulusAnswer {
    const { wanted } = attempt.stimulus;
    const { bytes, sourceOffset, addressLength, ttl } = packet;
    const source = bytes.subarray(sourceOffset, sourceOffset + addressLength);
    return {
      error,
      sender: senderOf(packet),
      fromTarget: equalBytes(source, this.#route.destination),
      wanted: error.type === wanted[0] && (wanted[1] ?? error.code) === error.code,
      // Before the packet is known to have left, only a machine's own answers arrive.
      roundTripMicros: attempt.sentMicros === 0
        ? 0
        : Math.max(0, packet.micros - attempt.sentMicros),
      changes: quoteChanges(attempt.packet, error.quote),
      forwardHops: quotedTtl(attempt.packet) - quotedTtl(error.quote),
      initialTtl: initialTtl(ttl),
      hops: initialTtl(ttl) - ttl,
      dontFragment: packet.dontFragment,
      trafficClass: packet.trafficClass,
    };
  }
}
