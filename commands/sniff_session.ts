/** Takes packets of one source after another, or of several at a time, through the sniffer. */
import type { Event } from "../lib/event/event.ts";
import { formatTimestamp } from "../lib/event/time.ts";
import type { StackDatabase } from "../lib/fingerprint/p0f/database.ts";
import type { PacketHandler } from "../lib/net/record_parser.ts";
import { type CaptureDrops, captureDropsEvent } from "../lib/sniff/capture_drops.ts";
import type { Dedup } from "../lib/sniff/dedup.ts";
import { Engine, type EngineCounters } from "../lib/sniff/engine.ts";
import type { Home } from "../lib/sniff/home.ts";
import { Reporter } from "../lib/sniff/reporter.ts";
import { latin1 } from "../lib/text/latin1.ts";
import type { KeyLog } from "../lib/tls/key_log.ts";
import type { Tracing } from "../lib/trace/tracing.ts";
import type { PacketFile } from "./packet_file.ts";
import type { PacketLimit } from "./packet_limit.ts";
import type { SniffOutput } from "./sniff_output.ts";
import type { LiveSource, PacketSource } from "./sniff_sources.ts";
import type { SniffTally } from "./sniff_tally.ts";

/** What all sources of a run have in common. */
export interface SniffSessionOptions {
  readonly sensor: string;
  readonly home: Home;
  readonly dedup: Dedup;
  readonly stacks: StackDatabase;
  readonly maxFlows: number;
  readonly ja4plus: boolean;
  /** Types of events to tell; undefined for all. */
  readonly types: ReadonlySet<string> | undefined;
  /** Secrets of TLS connections. */
  readonly secrets: KeyLog;
  readonly output: SniffOutput;
  readonly tally: SniffTally;
  readonly limit: PacketLimit | undefined;
  /** Takes the packets that gave an event. */
  readonly packets: PacketFile | undefined;
  /** Undefined where work is not traced. */
  readonly tracing: Tracing | undefined;
}

/** What a source came to. */
export interface SourceResult {
  readonly counters: EngineCounters;
  /** Events that were told. */
  readonly events: number;
  /** What is damaged about it, if anything is. */
  readonly damage: string | undefined;
}

/** A run of the sniffer. */
export class SniffSession {
  readonly #options: SniffSessionOptions;

  constructor(options: SniffSessionOptions) {
    this.#options = options;
  }

  /** Tells all that is in `source`, up to its end or until `signal`. */
  async run(source: PacketSource, signal: AbortSignal): Promise<SourceResult> {
    const { output, tally, packets, secrets } = this.#options;
    const { engine, handler, counters, spans, told } = this.#engine(source);
    const onBegin = spans && (() => spans.begin());
    const onBatch = () => {
      output.flush();
      packets?.flush();
      spans?.end();
    };
    const onKeyLog = (text: Uint8Array) => secrets.add(latin1(text));
    tally.begin(counters);
    try {
      const damage = await source.run(handler, { onBegin, onBatch, onKeyLog }, signal);
      onBegin?.();
      engine.end();
      onBatch();
      return { counters: engine.counters, events: told(), damage };
    } finally {
      spans?.close();
      tally.end(counters);
    }
  }

  /** Tells of packets that no engine saw; what is written to waits for the next batch, or the end. */
  drops(drops: CaptureDrops): void {
    const { sensor, types, output, tally } = this.#options;
    if (types !== undefined) return;
    const event = captureDropsEvent(sensor, Date.now(), drops);
    tally.count(event.event_type);
    output.event(event, drops.source);
  }

  /** An engine for one source: flows of different captures are not the same. */
  #engine(source: PacketSource) {
    const { sensor, home, dedup, stacks, maxFlows, ja4plus, secrets } = this.#options;
    const { types, output, tally, limit, packets, tracing } = this.#options;
    let events = 0;
    const spans = tracing?.batches({
      name: "sniff.batch",
      attributes: { source: source.name },
      counts: () => {
        const { packets, bytes } = engine.counters;
        const drops = isLive(source) ? { drops: source.statistics().dropped } : {};
        return { packets, bytes, events, ...drops };
      },
    });
    const tell = spans === undefined || tracing === undefined
      ? (event: Event) => output.event(event, source.name)
      : (event: Event) => output.event(tracing.mark(event, spans.traceparent), source.name);
    let packetTold = false;
    const reporter = new Reporter({
      sensor,
      home,
      dedup,
      onEvent: (event: Event) => {
        if (types !== undefined && !types.has(event.event_type)) return;
        events++;
        tally.count(event.event_type);
        tell(event);
        // Not of a flow that has been idle: that is told of when some later packet is at hand.
        if (packets !== undefined) {
          packetTold ||= event.timestamp === formatTimestamp(engine.micros);
        }
      },
    });
    const engine: Engine = new Engine({ reporter, maxFlows, ja4plus, stacks, secrets });
    const handler: PacketHandler = packets === undefined
      ? engine.handle
      : (bytes, offset, captured, wire, micros, linkType) => {
        packetTold = false;
        engine.handle(bytes, offset, captured, wire, micros, linkType);
        if (packetTold) packets.packet(bytes, offset, captured, wire, micros, linkType);
      };
    return {
      engine,
      spans,
      told: () => events,
      handler: limit?.limited(handler) ?? handler,
      counters: () => ({ ...engine.counters, outside: reporter.outside }),
    };
  }
}

/** True for a source whose kernel counts what it drops. */
function isLive(source: PacketSource): source is LiveSource {
  return "statistics" in source;
}
