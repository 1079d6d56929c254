/** The events of the TCP handshake itself: the stacks of both sides. */
import { ja4t } from "../fingerprint/ja4plus/ja4t.ts";
import type { StackDatabase } from "../fingerprint/p0f/database.ts";
import { StackIdentifier } from "../fingerprint/p0f/identifier.ts";
import { observe, StackObservation } from "../fingerprint/p0f/observation.ts";
import type { Packet } from "../net/packet.ts";
import { optionLetters, readTcpOptions, TcpOptions } from "../net/tcp_options.ts";
import type { EngineView } from "./engine_view.ts";
import type { Flow } from "./flow.ts";
import { report } from "./report.ts";
import { ScanDetector } from "./scan_detector.ts";
import { reportScan } from "./scan_event.ts";
import { SequenceClasses } from "./sequence_class.ts";

/** Hosts on one port that make a sweep: of decoys, which nobody has a reason to visit, and of any. */
const MIN_DECOYS = 5;
const MIN_HOSTS = 100;

/** Reads SYN and SYN-ACK. */
export class SynObserver {
  readonly #engine: EngineView;
  readonly #identifier: StackIdentifier;
  readonly #options = new TcpOptions();
  readonly #observation = new StackObservation();
  readonly #classes = new SequenceClasses();
  readonly #scans: ScanDetector;

  /** @param stacks signatures that name operating systems and scanners */
  constructor(engine: EngineView, stacks: StackDatabase) {
    this.#engine = engine;
    this.#identifier = new StackIdentifier(stacks);
    this.#scans = new ScanDetector((scan) => reportScan(engine, scan), {
      minHosts: engine.reporter.homeKnown ? MIN_DECOYS : MIN_HOSTS,
    });
  }

  /** Reports the stack of who opens a connection. */
  syn(flow: Flow, packet: Packet): void {
    this.#classes.add(packet);
    this.#scans.add(packet);
    this.#report("tcp_syn_fingerprint", "ja4t", false, flow, packet);
  }

  /** The input has ended: reports the scans whose window is still open. */
  end(): void {
    this.#scans.flush();
  }

  /** Reports the stack of who answers. */
  synAck(flow: Flow, packet: Packet): void {
    this.#report("tcp_synack_fingerprint", "ja4ts", true, flow, packet);
  }

  #report(
    eventType: string,
    kind: "ja4t" | "ja4ts",
    synAck: boolean,
    flow: Flow,
    packet: Packet,
  ): void {
    const options = this.#options;
    // Options that the capture cut off would look like those of another stack.
    if (!readTcpOptions(options, packet)) return;
    observe(this.#observation, packet, options, synAck);
    const stack = this.#identifier.identify(this.#observation);
    const layout = optionLetters(options);
    report(this.#engine, flow, eventType, {
      ttl: packet.ttl,
      initial_ttl: stack.initialTtl,
      hop_distance: stack.hops,
      window: packet.window,
      mss: options.mss >= 0 ? options.mss : undefined,
      wscale: options.windowScale >= 0 ? options.windowScale : undefined,
      options_sig: layout || undefined,
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
      ...(synAck ? {} : this.#sequences()),
      [kind]: this.#engine.ja4plus ? ja4t(packet.window, options) : undefined,
    }, `${stack.osGuess} ${layout} ${packet.window}`);
  }

  /** How the source counts, over the SYNs that were seen of it. */
  #sequences() {
    const { ipIdClass, ipIdSamples, isnClass, isnSamples } = this.#classes;
    return {
      ipid_class: ipIdClass,
      ipid_samples: ipIdSamples,
      isn_class: isnClass,
      isn_samples: isnSamples,
    };
  }
}
