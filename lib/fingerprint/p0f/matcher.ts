/** Finds the signature of a stack, by the rules of p0f v3. */
import type { LabelledSignature, StackDatabase } from "./database.ts";
import { hashLayout } from "./layout.ts";
import type { StackObservation } from "./observation.ts";
import { IPV4_QUIRKS, QUIRK } from "./quirks.ts";
import { ANY, type TcpSignature, WINDOW } from "./signature.ts";
import { initialTtl, MAX_HOPS } from "./ttl.ts";
import { windowMultiple } from "./window.ts";

/** The signature that fits. */
export interface StackMatch {
  readonly entry: LabelledSignature;
  /** It fits but for the TTL, or for quirks that a router may have changed. */
  readonly fuzzy: boolean;
  /** Hops that the packet has made. */
  readonly distance: number;
}

/** What a router may take away, and what one may add. */
const MAY_VANISH = QUIRK.df | QUIRK.idSet;
const MAY_APPEAR = QUIRK.idZero | QUIRK.ecn;

/** How well a signature fits. */
const FIT = { none: 0, fuzzy: 1, exact: 2 } as const;

/** Family of programs that make their own packets. */
const PROGRAM = "!";

type Index = ReadonlyMap<number, readonly LabelledSignature[]>;

/** Matches observations against a database. */
export class StackMatcher {
  readonly #requests: Index;
  readonly #responses: Index;

  constructor(database: StackDatabase) {
    this.#requests = indexByLayout(database.requests);
    this.#responses = indexByLayout(database.responses);
  }

  /**
   * The first specific signature that fits exactly, else the first generic one, else the first that
   * fits but for what happens on the way (never one of a program); undefined when none does.
   */
  match(observation: StackObservation): StackMatch | undefined {
    const index = observation.synAck ? this.#responses : this.#requests;
    const candidates = index.get(observation.layoutHash);
    if (candidates === undefined) return undefined;
    const multiple = windowMultiple(observation);
    let generic: LabelledSignature | undefined;
    let fuzzy: LabelledSignature | undefined;
    for (const entry of candidates) {
      const fit = fitOf(entry.signature, observation, multiple);
      if (fit === FIT.exact) {
        if (!entry.label.generic) return matchOf(entry, observation, false);
        generic ??= entry;
      } else if (fit === FIT.fuzzy && entry.label.family !== PROGRAM) fuzzy ??= entry;
    }
    if (generic !== undefined) return matchOf(generic, observation, false);
    return fuzzy === undefined ? undefined : matchOf(fuzzy, observation, true);
  }
}

function matchOf(
  entry: LabelledSignature,
  { ttl }: StackObservation,
  fuzzy: boolean,
): StackMatch {
  const hops = entry.signature.ttl - ttl;
  const impossible = hops < 0 || hops > MAX_HOPS;
  return { entry, fuzzy, distance: impossible ? initialTtl(ttl) - ttl : hops };
}

function indexByLayout(entries: readonly LabelledSignature[]): Index {
  const index = new Map<number, LabelledSignature[]>();
  for (const entry of entries) {
    const { kinds } = entry.signature.layout;
    const hash = hashLayout(kinds, kinds.length);
    const list = index.get(hash);
    if (list === undefined) index.set(hash, [entry]);
    else list.push(entry);
  }
  return index;
}

function fitOf(signature: TcpSignature, seen: StackObservation, multiple: number): number {
  if (signature.version !== ANY && signature.version !== seen.ipVersion) return FIT.none;
  if (!sameLayout(signature, seen) || signature.ipOptionLength !== seen.ipOptionLength) {
    return FIT.none;
  }
  if (signature.mss !== ANY && signature.mss !== seen.mss) return FIT.none;
  if (signature.scale !== ANY && signature.scale !== seen.scale) return FIT.none;
  if (signature.payload !== ANY && signature.payload !== (seen.hasPayload ? 1 : 0)) {
    return FIT.none;
  }
  if (!windowFits(signature, seen.window, multiple)) return FIT.none;
  return Math.min(ttlFit(signature, seen.ttl), quirkFit(signature, seen));
}

function ttlFit({ ttl, ttlVaries }: TcpSignature, seen: number): number {
  if (ttlVaries) return seen > ttl ? FIT.none : FIT.exact;
  return seen > ttl || ttl - seen > MAX_HOPS ? FIT.fuzzy : FIT.exact;
}

function quirkFit(signature: TcpSignature, seen: StackObservation): number {
  // Hosts of today set a flow label in IPv6 whatever their system (RFC 6437 section 3): p0f, which
  // wants to find it in the signature, knows hardly any of them.
  let expected = signature.quirks & ~QUIRK.flow;
  if (signature.version === ANY && seen.ipVersion === 6) expected &= ~IPV4_QUIRKS;
  const changed = expected ^ seen.quirks & ~QUIRK.flow;
  if (changed === 0) return FIT.exact;
  const gone = changed & expected & ~MAY_VANISH;
  const added = changed & seen.quirks & ~MAY_APPEAR;
  return gone === 0 && added === 0 ? FIT.fuzzy : FIT.none;
}

function windowFits({ windowKind, window }: TcpSignature, seen: number, multiple: number): boolean {
  switch (windowKind) {
    case WINDOW.value:
      return seen === window;
    case WINDOW.modulo:
      return seen % window === 0;
    case WINDOW.mss:
      return multiple === window;
    case WINDOW.mtu:
      return multiple === -window;
    default:
      return true;
  }
}

function sameLayout({ layout }: TcpSignature, seen: StackObservation): boolean {
  const { kinds, padding } = layout;
  if (kinds.length !== seen.layoutCount || padding !== seen.padding) return false;
  for (let index = 0; index < kinds.length; index++) {
    if (kinds[index] !== seen.layout[index]) return false;
  }
  return true;
}
