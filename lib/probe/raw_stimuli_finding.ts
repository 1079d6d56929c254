/** From the answers to stimuli to a fingerprint. */
import type { FieldValue } from "../event/event.ts";
import { sha256Hex } from "../hash.ts";
import type { ProbeResult } from "./probe.ts";
import { icmpText } from "./raw_icmp_text.ts";
import { type RawProbeContext, rawTargetFields } from "./raw_probe.ts";
import type { StimulusAnswer, StimulusResult } from "./raw_stimuli.ts";

/** Digits of SHA-256 that are kept. */
const HASH_DIGITS = 32;

/** How a probe names its events and fields. */
export interface StimuliNames {
  /** `icmp` or `icmp6`: what field names start with. */
  readonly prefix: string;
  readonly eventType: string;
  /** In messages for people. */
  readonly title: string;
  readonly ipVersion: 4 | 6;
}

/**
 * The finding, or a miss where the host itself has answered nothing: what routers say about one of its
 * packets is no fingerprint of it.
 */
export function stimuliFinding(
  context: RawProbeContext,
  results: readonly StimulusResult[],
  names: StimuliNames,
): ProbeResult {
  const hostAnswer = results.find(({ answer }) => answer?.fromTarget === true)?.answer;
  if (hostAnswer === undefined) return missOf(results, names);
  const { prefix, eventType, title } = names;
  const matrix = results.map(matrixLetter).join("");
  const raw = fingerprintText(results, hostAnswer);
  const hash = sha256Hex(raw).slice(0, HASH_DIGITS);
  const fields: Record<string, FieldValue> = Object.assign({}, rawTargetFields(context), {
    [`${prefix}_matrix`]: matrix,
    [`${prefix}_fp_hash`]: hash,
    [`${prefix}_fp_raw`]: raw,
    initial_ttl: hostAnswer.initialTtl,
    hop_distance: hostAnswer.hops,
    forward_hops: hostAnswer.forwardHops,
    tos: hostAnswer.trafficClass,
  });
  for (const result of results) Object.assign(fields, resultFields(result, names));
  return {
    outcome: "ok",
    eventType,
    hash,
    fields,
    msg: `${title} ${context.target.address} matrix=${matrix} fp=${hash.slice(0, 8)}`,
    lines: [[prefix, hash], ["matrix", matrix]],
  };
}

/** The letter for the error that was asked for, in lower case for another one, `.` for silence. */
function matrixLetter({ stimulus, sent, answer }: StimulusResult): string {
  if (sent === 0) return "-";
  if (answer === undefined) return ".";
  return answer.wanted ? stimulus.letter : stimulus.letter.toLowerCase();
}

/**
 * What is hashed: for each stimulus that nobody on the way has a hand in what the host answered, `.` for
 * silence and `~` where a router spoke up all the same; and the TTL and DF of its answers. Times,
 * distances and the answers of routers belong to the way.
 */
function fingerprintText(
  results: readonly StimulusResult[],
  { initialTtl, dontFragment }: StimulusAnswer,
): string {
  const parts = results
    .filter(({ hashed }) => hashed)
    .map(({ stimulus, answer }) => `${stimulus.letter}=${answerText(answer)}`);
  return [...parts, `ttl=${initialTtl}`, `df=${dontFragment ? 1 : 0}`].join(";");
}

/** `3/3:548:`: type, code, pointer if it has one, bytes quoted, and changes to them. */
function answerText(answer: StimulusAnswer | undefined): string {
  if (answer === undefined) return ".";
  if (!answer.fromTarget) return "~";
  const { error, changes } = answer;
  const pointer = pointerOf(answer);
  const at = pointer === undefined ? "" : `@${pointer}`;
  return `${error.type}/${error.code}${at}:${error.quote.length}:${changes.join(",")}`;
}

/** Types of parameter problems: ICMP and ICMPv6. */
const PARAMETER_PROBLEM = { 4: 12, 6: 4 } as const;

/** Which byte of the quoted packet is wrong, where the answer says it. */
function pointerOf({ error }: StimulusAnswer): number | undefined {
  const version = error.quote[0]! >> 4 === 4 ? 4 : 6;
  if (error.type !== PARAMETER_PROBLEM[version]) return undefined;
  // One byte in ICMP, four in ICMPv6.
  return version === 4 ? error.word >>> 24 : error.word;
}

function resultFields(
  { stimulus, sent, answer }: StimulusResult,
  { prefix, ipVersion }: StimuliNames,
): Record<string, FieldValue> {
  const name = `${prefix}_${stimulus.name}`;
  if (sent === 0) return {};
  if (answer === undefined) return { [name]: false };
  const { error, changes } = answer;
  const pointer = pointerOf(answer);
  const mtu = nextHopMtu(answer, ipVersion);
  return {
    [name]: answer.wanted,
    [`${name}_rtt_ms`]: answer.roundTripMicros / 1000,
    [`${name}_quoted`]: error.quote.length,
    ...(answer.wanted ? {} : { [`${name}_got`]: icmpText(error, ipVersion) }),
    ...(answer.fromTarget ? {} : { [`${name}_hop`]: answer.sender }),
    ...(changes.length === 0 ? {} : { [`${name}_changes`]: changes }),
    ...(pointer === undefined ? {} : { [`${name}_pointer`]: pointer }),
    ...(mtu === undefined ? {} : { path_mtu: mtu }),
  };
}

/** The MTU that a router tells (RFC 1191 section 4, RFC 4443 3.2); old ones leave it 0. */
function nextHopMtu({ error }: StimulusAnswer, ipVersion: 4 | 6): number | undefined {
  const { type, code, word } = error;
  const mtu = ipVersion === 4
    ? type === 3 && code === 4 ? word & 0xffff : 0
    : type === 2
    ? word
    : 0;
  return mtu === 0 ? undefined : mtu;
}

function missOf(results: readonly StimulusResult[], { ipVersion }: StimuliNames): ProbeResult {
  const [first] = results;
  const answer = first?.answer;
  const unreachable = ipVersion === 4 ? 3 : 1;
  if (answer?.error.type === unreachable) {
    const detail = `ICMP ${icmpText(answer.error, ipVersion)} from ${answer.sender}`;
    return { outcome: "unreachable", detail };
  }
  const routers = results.some((result) => result.answer !== undefined);
  const detail = routers ? "silence; only routers on the way answered" : "silence";
  return { outcome: "timeout", detail };
}
