/** The events of the TCP handshake itself: the stacks of both sides. */
import { FieldNames } from "../event/named_fields.ts";
import { SharedFields } from "../event/shared_fields.ts";
import { ja4t, ja4ts } from "../fingerprint/ja4plus/ja4t.ts";
import type { StackDatabase } from "../fingerprint/p0f/database.ts";
import { StackIdentifier, type StackIdentity } from "../fingerprint/p0f/identifier.ts";
import { observe, StackObservation } from "../fingerprint/p0f/observation.ts";
import type { Packet } from "../net/packet.ts";
import { optionLetters, readTcpOptions, TcpOptions } from "../net/tcp_options.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { isNews, tell } from "./report.ts";
import { ScanDetector } from "./scan_detector.ts";
import { reportScan } from "./scan_event.ts";
import { SequenceClasses } from "./sequence_class.ts";

/** Hosts on one port that make a sweep: of decoys, which nobody has a reason to visit, and of any. */
const MIN_DECOYS = 5;
const MIN_HOSTS = 100;

/** Hosts at a time whose SYNs are compared and counted. */
const MAX_SOURCES = 16384;

/** Pairs of host and port that a host has tried, for each of them. */
const TARGETS_PER_SOURCE = 8;

/** Repeated SYN-ACKs of different stacks that are remembered for a RST that may follow. */
const MAX_ANSWERS = 4096;

/** How a source counts, over the SYNs that were seen of it; and what else only a SYN shows. */
const COUNTING = new FieldNames(
  ...["ipid_class", "ipid_samples", "isn_class", "isn_samples", "ja4t"],
);

const ANSWERING = new FieldNames("ja4ts");

/** What was told of a SYN-ACK that was sent again. */
interface Answer {
  readonly number: number;
  readonly part: SharedFields;
  readonly dedup: string;
  /** The first four parts of JA4TS. */
  readonly ja4t: string;
}

/** What the packets of a stack are called. */
interface StackNames {
  /** Letters of the TCP options, in order. */
  readonly layout: string;
  /** What makes two sightings the same news. */
  readonly dedup: string;
  /** Fields that its packets of the traffic class that was seen last have. */
  part: SharedFields | undefined;
  trafficClass: number;
}

/** Reads SYN and SYN-ACK. */
export class SynObserver {
  readonly #engine: EngineView;
  readonly #identifier: StackIdentifier;
  readonly #options = new TcpOptions();
  readonly #observation = new StackObservation();
  readonly #names = new WeakMap<StackIdentity, StackNames>();
  readonly #classes: SequenceClasses;
  readonly #scans: ScanDetector;
  /** By number modulo MAX_ANSWERS: a server repeats itself to thousands of spoofed clients. */
  readonly #answers: (Answer | undefined)[] = [];
  readonly #answerNumbers = new Map<string, number>();
  #lastAnswer = 0;

  /**
   * @param stacks signatures that name operating systems and scanners
   * @param maxSources hosts at a time that are remembered
   */
  constructor(engine: EngineView, stacks: StackDatabase, maxSources: number = MAX_SOURCES) {
    this.#engine = engine;
    this.#identifier = new StackIdentifier(stacks);
    this.#classes = new SequenceClasses({ sources: maxSources });
    this.#scans = new ScanDetector((scan) => reportScan(engine, scan), {
      minHosts: engine.reporter.homeKnown ? MIN_DECOYS : MIN_HOSTS,
      maxSources,
      maxTargets: TARGETS_PER_SOURCE * maxSources,
    });
  }

  /** Reports the stack of who opens a connection. @returns the MSS it asks for; 0 for none */
  syn(flow: Flow, packet: Packet): number {
    this.#classes.add(packet);
    this.#scans.add(packet);
    const options = this.#options;
    // Options that the capture cut off would look like those of another stack.
    if (!readTcpOptions(options, packet)) return 0;
    const stack = this.#identify(packet, false, 0);
    const names = this.#namesOf(stack);
    const engine = this.#engine;
    if (isNews(engine, flow, "tcp_syn_fingerprint", names.dedup)) {
      const { ipIdClass, ipIdSamples, isnClass, isnSamples } = this.#classes;
      const fingerprint = engine.ja4plus ? ja4t(packet.window, options) : undefined;
      tell(engine, flow, "tcp_syn_fingerprint", [
        this.#stackPart(stack, names, packet),
        COUNTING.of(ipIdClass, ipIdSamples, isnClass, isnSamples, fingerprint),
      ]);
    }
    return Math.max(0, options.mss);
  }

  /**
   * Reports the stack of who answers.
   *
   * @param delays seconds between this SYN-ACK and those before it that it repeats
   * @returns a number by which {@linkcode reset} finds what was told of a repetition; 0 for none
   */
  synAck(flow: Flow, packet: Packet, delays: readonly number[]): number {
    const options = this.#options;
    if (!readTcpOptions(options, packet)) return 0;
    const stack = this.#identify(packet, true, flow.synMss);
    const names = this.#namesOf(stack);
    const { dedup } = names;
    const engine = this.#engine;
    const repeats = engine.ja4plus && delays.length > 0;
    // Each repetition says more of the stack than those before.
    const news = repeats ? `${dedup} ${delays.join("-")}` : dedup;
    const isTold = isNews(engine, flow, "tcp_synack_fingerprint", news);
    if (!isTold && !repeats) return 0;
    const first = engine.ja4plus ? ja4t(packet.window, options) : "";
    const part = this.#stackPart(stack, names, packet);
    if (isTold) {
      const fingerprint = engine.ja4plus ? ja4ts(first, delays) : undefined;
      tell(engine, flow, "tcp_synack_fingerprint", [part, ANSWERING.of(fingerprint)]);
    }
    if (!repeats) return 0;
    const key = `${dedup} ${first} ${packet.ttl} ${packet.trafficClass}`;
    return this.#answerNumbers.get(key) ?? this.#remember(key, { part, dedup, ja4t: first });
  }

  /**
   * Reports that the server has given up, which is part of JA4TS.
   *
   * @param answer what {@linkcode synAck} gave for the last SYN-ACK
   * @param seconds since the last SYN-ACK
   */
  reset(flow: Flow, answer: number, delays: readonly number[], seconds: number): void {
    const told = this.#answers[answer % MAX_ANSWERS];
    if (told === undefined || told.number !== answer) return;
    const fingerprint = ANSWERING.of(ja4ts(told.ja4t, delays, seconds));
    const dedup = `${told.dedup} ${delays.join("-")}-R${seconds}`;
    if (isNews(this.#engine, flow, "tcp_synack_fingerprint", dedup)) {
      tell(this.#engine, flow, "tcp_synack_fingerprint", [told.part, fingerprint]);
    }
  }

  /** The input has ended: reports the scans whose window is still open. */
  end(): void {
    this.#scans.flush();
  }

  #remember(key: string, answer: Omit<Answer, "number">): number {
    const number = ++this.#lastAnswer;
    if (this.#answerNumbers.size >= MAX_ANSWERS) this.#answerNumbers.clear();
    this.#answerNumbers.set(key, number);
    this.#answers[number % MAX_ANSWERS] = { ...answer, number };
    return number;
  }

  #identify(packet: Packet, synAck: boolean, peerMss: number): StackIdentity {
    observe(this.#observation, packet, this.#options, synAck, peerMss);
    return this.#identifier.identify(this.#observation);
  }

  /** The names of what the packet at hand shows of `stack`. */
  #namesOf(stack: StackIdentity): StackNames {
    const known = this.#names.get(stack);
    // Where options are broken, stacks that are taken for one may differ in their list.
    if (known !== undefined && !this.#options.malformed) return known;
    const layout = optionLetters(this.#options);
    const dedup = `${stack.osGuess} ${layout} ${stack.window}`;
    const names: StackNames = { layout, dedup, part: undefined, trafficClass: 0 };
    if (!this.#options.malformed) this.#names.set(stack, names);
    return names;
  }

  /** What the packet at hand shows of `stack`: that and its traffic class say all of it. */
  #stackPart(stack: StackIdentity, names: StackNames, packet: Packet): SharedFields {
    if (names.part !== undefined && names.trafficClass === packet.trafficClass) return names.part;
    const options = this.#options;
    names.trafficClass = packet.trafficClass;
    return names.part = new SharedFields({
      ttl: packet.ttl,
      initial_ttl: stack.initialTtl,
      hop_distance: stack.hops,
      window: packet.window,
      mss: options.mss >= 0 ? options.mss : undefined,
      wscale: options.windowScale >= 0 ? options.windowScale : undefined,
      options_sig: names.layout || undefined,
      has_sack: options.sackPermitted,
      has_timestamps: options.timestamp >= 0,
      df_bit: packet.dontFragment,
      tos: packet.trafficClass,
      dscp: packet.trafficClass >> 2,
      ecn: packet.trafficClass & 3,
      os_guess: stack.osGuess,
      os_label: stack.match?.entry.label.text,
      os_signature_line: stack.match?.entry.line,
      os_fuzzy: stack.match?.fuzzy === true ? true : undefined,
      tcp_signature: stack.signature,
      link: stack.link,
    });
  }
}
