/** The sniffer: packets in, events out. */
import type { StackDatabase } from "../fingerprint/p0f/database.ts";
import { FragmentTable } from "../net/ip_fragments.ts";
import { decodePacket, Packet } from "../net/packet.ts";
import type { PacketHandler } from "../net/record_parser.ts";
import { TRANSPORT } from "../net/transport.ts";
import type { SecretSource } from "../tls/key_log.ts";
import { Conversations, MAX_HELD } from "./conversations.ts";
import { DatagramObserver } from "./datagram_observer.ts";
import type { EngineView } from "./engine_view.ts";
import { countPacket } from "./flow_counters.ts";
import { FLAG, FLAGS, KIND } from "./flow_record.ts";
import { FlowTable } from "./flow_table.ts";
import type { Reporter } from "./reporter.ts";
import { SynObserver } from "./syn_observer.ts";
import { IDLE_MICROS } from "./tcp_handshakes.ts";
import { TcpTracker } from "./tcp_tracker.ts";

/** How often idle flows are looked for. */
const SWEEP_MICROS = 10_000_000;

/** What an engine works with. */
export interface EngineOptions {
  readonly reporter: Reporter;
  /** Flows at a time. */
  readonly maxFlows: number;
  readonly ja4plus: boolean;
  /** Signatures that name TCP/IP stacks. */
  readonly stacks: StackDatabase;
  /** Secrets of TLS connections: what these seal is read, too. */
  readonly secrets?: SecretSource | undefined;
  /** Hosts at a time whose SYNs are compared and counted; 16,384 by default. */
  readonly maxSources?: number | undefined;
  /** Bytes that may be held of all payload that is being read. */
  readonly maxHeld?: number | undefined;
}

/** What an engine has seen. */
export interface EngineCounters {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that hold no IP. */
  readonly notIp: number;
  readonly flows: number;
  readonly flowsHighWater: number;
  readonly flowsEvicted: number;
  /** Flows whose payload was read, and those of them given up for memory or because nothing came. */
  readonly streams: number;
  readonly streamsHighWater: number;
  readonly streamsGivenUp: number;
  /** Bytes that their payload took at most. */
  readonly bufferedHighWater: number;
}

/** Takes packets one by one. Time is packet time, always. */
export class Engine implements EngineView {
  readonly reporter: Reporter;
  readonly ja4plus: boolean;
  readonly #secrets: SecretSource | undefined;
  readonly #packet = new Packet();
  readonly #fragments = new FragmentTable();
  readonly #flows: FlowTable;
  readonly #conversations: Conversations;
  readonly #syns: SynObserver;
  readonly #tcp: TcpTracker;
  readonly #datagrams: DatagramObserver;
  #packets = 0;
  #bytes = 0;
  #notIp = 0;
  #sweepAt = 0;

  constructor(options: EngineOptions) {
    const { reporter, maxFlows, ja4plus, stacks, maxSources, maxHeld = MAX_HELD } = options;
    this.reporter = reporter;
    this.ja4plus = ja4plus;
    this.#secrets = options.secrets;
    this.#flows = new FlowTable(maxFlows, (record) => this.#end(record));
    this.#conversations = new Conversations(this.#flows, maxHeld);
    this.#syns = new SynObserver(this, stacks, maxSources);
    this.#tcp = new TcpTracker(this, this.#flows, this.#conversations, this.#syns);
    this.#datagrams = new DatagramObserver(this, this.#flows, this.#conversations);
  }

  get micros(): number {
    return this.#packet.micros;
  }

  get secrets(): SecretSource | undefined {
    return this.#secrets?.knowsAny === true ? this.#secrets : undefined;
  }

  get packetNumber(): number {
    return this.#packets;
  }

  get counters(): EngineCounters {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      notIp: this.#notIp,
      flows: this.#flows.started,
      flowsHighWater: this.#flows.highWater,
      flowsEvicted: this.#flows.evicted,
      streams: this.#conversations.started,
      streamsHighWater: this.#conversations.highWater,
      streamsGivenUp: this.#conversations.givenUp,
      bufferedHighWater: this.#conversations.heldHighWater,
    };
  }

  /** Handles one packet; bound, so that it can be handed to a capture reader. */
  readonly handle: PacketHandler = (bytes, offset, captured, wire, micros, linkType) => {
    this.#packets++;
    this.#bytes += wire;
    const packet = this.#packet;
    if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) {
      this.#notIp++;
      return;
    }
    // A first fragment has ports and no end: without the rest it would be half a message.
    if (packet.isFragment && !this.#fragments.reassemble(packet)) return;
    // A clock that was set back would put the next sweep off for as long.
    if (micros >= this.#sweepAt || micros < this.#sweepAt - 2 * SWEEP_MICROS) {
      this.#flows.expire(micros - IDLE_MICROS);
      this.#conversations.expire(micros);
      this.#sweepAt = micros + SWEEP_MICROS;
    }
    if (packet.protocol === TRANSPORT.tcp) {
      if (packet.tcpHeaderLength > 0) this.#tcp.packet(packet);
    } else if (packet.protocol === TRANSPORT.udp && packet.payloadLength > 0) {
      this.#udp(packet);
    }
  };

  /** The input has ended: says what is left to say of all flows. */
  end(): void {
    this.#syns.end();
    this.#flows.clear();
  }

  #udp(packet: Packet): void {
    const flows = this.#flows;
    const record = flows.find(packet);
    const { words, fromA } = flows;
    // Whoever is seen first has opened.
    if (flows.fresh && !fromA) words[record + FLAGS]! |= FLAG.openerIsB;
    countPacket(flows, record, packet);
    const flags = words[record + FLAGS]!;
    const fromOpener = fromA === ((flags & FLAG.openerIsB) === 0);
    this.#datagrams.datagram(record, packet, fromOpener !== ((flags & FLAG.turned) !== 0));
  }

  /** A flow leaves the table. */
  #end(record: number): void {
    const { words } = this.#flows;
    if ((words[record + KIND]! & 0xff) === TRANSPORT.tcp) this.#tcp.end(record);
    else if ((words[record + FLAGS]! & FLAG.read) !== 0) {
      this.#conversations.end(this.#flows.flow(record));
    }
  }
}
