/** Makes the packets of TCP connections, and reads what the sniffer tells of packets. */
import type { KeyLog } from "../../lib/tls/key_log.ts";
import type { Event } from "../../lib/event/event.ts";
import { ownSignatures } from "../../lib/fingerprint/p0f/signatures.ts";
import { Dedup } from "../../lib/sniff/dedup.ts";
import { Engine, type EngineCounters } from "../../lib/sniff/engine.ts";
import { Home } from "../../lib/sniff/home.ts";
import { Reporter } from "../../lib/sniff/reporter.ts";
import {
  alpnExtension,
  paddingExtension,
  serverNameExtension,
  writeClientHelloRecord,
} from "../../lib/tls/client_hello_writer.ts";
import { VERSION } from "../../lib/tls/constants.ts";
import type { CapturedPacket } from "./capture_builder.ts";
import { frame, ipv4, ipv6, tcp, text } from "./packet_builder.ts";

/** TCP flags (RFC 9293 3.1). */
export const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

/** MSS 1460, SACK permitted, window scale 7. */
const SYN_OPTIONS = Uint8Array.of(2, 4, 5, 180, 4, 2, 1, 3, 3, 7);

/** Who talks to whom, from when on. */
export interface TalkOptions {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** Microseconds since the epoch of the first packet. */
  readonly start?: number;
  /** Initial sequence numbers. */
  readonly clientIsn?: number;
  readonly serverIsn?: number;
}

/** A TCP connection whose packets are 1000 microseconds apart. */
export class TcpTalk {
  readonly packets: CapturedPacket[] = [];
  /** Microseconds of the next packet. */
  micros: number;
  readonly #options: Required<TalkOptions>;
  readonly #next: { client: number; server: number };

  constructor(options: TalkOptions = {}) {
    this.#options = {
      client: "192.0.2.1",
      server: "198.51.100.2",
      clientPort: 40000,
      serverPort: 443,
      start: 1_700_000_000_000_000,
      clientIsn: 0xffff_fff0,
      serverIsn: 5000,
      ...options,
    };
    this.micros = this.#options.start;
    this.#next = { client: this.#options.clientIsn, server: this.#options.serverIsn };
  }

  /** The three packets that open a connection. */
  open(): this {
    return this.syn().segment("server", FLAG.syn | FLAG.ack).segment("client", FLAG.ack);
  }

  syn(payload: Uint8Array = text("")): this {
    return this.segment("client", FLAG.syn, payload);
  }

  /** What one side says, in segments of at most `size` bytes. */
  say(side: "client" | "server", bytes: Uint8Array, size = 1400): this {
    for (let at = 0; at < bytes.length; at += size) {
      this.segment(side, FLAG.ack | FLAG.psh, bytes.subarray(at, at + size));
    }
    return this;
  }

  /** One segment; SYN and FIN take a sequence number. */
  segment(side: "client" | "server", flags: number, payload: Uint8Array = text("")): this {
    this.stray(side, flags, payload);
    const numbers = (flags & (FLAG.syn | FLAG.fin)) === 0 ? 0 : 1;
    this.#next[side] += payload.length + numbers;
    return this;
  }

  /**
   * A segment as above with another sequence number than is due, which changes nothing of what is sent
   * next.
   *
   * @param ahead how far it is ahead of what is due
   */
  stray(
    side: "client" | "server",
    flags: number,
    payload: Uint8Array = text(""),
    ahead = 0,
  ): this {
    const { client, server, clientPort, serverPort } = this.#options;
    const fromClient = side === "client";
    const [source, destination] = fromClient ? [client, server] : [server, client];
    const segment = tcp({
      sourcePort: fromClient ? clientPort : serverPort,
      destinationPort: fromClient ? serverPort : clientPort,
      sequence: (this.#next[side] + ahead) >>> 0,
      // All that the other side has said; nothing where it has said nothing.
      acknowledgement: (flags & FLAG.ack) === 0
        ? 0
        : this.#next[fromClient ? "server" : "client"] >>> 0,
      flags,
      window: 64240,
      options: (flags & FLAG.syn) === 0 ? text("") : SYN_OPTIONS,
    }, payload);
    const ip = source.includes(":") ? ipv6 : ipv4;
    this.packets.push({ bytes: frame(ip({ source, destination }, segment)), micros: this.micros });
    this.micros += 1000;
    return this;
  }

  /** Nothing for so many seconds. */
  pause(seconds: number): this {
    this.micros += seconds * 1_000_000;
    return this;
  }
}

/** How the sniffer is set up. */
export interface SniffedOptions {
  readonly home?: Home;
  /** Seconds. */
  readonly dedup?: number;
  readonly maxFlows?: number;
  readonly ja4plus?: boolean;
  /** Bytes for all payload that is being read. */
  readonly maxHeld?: number;
  readonly maxSources?: number;
  readonly secrets?: KeyLog;
}

/** An engine and what it told. */
export interface Sniffed {
  readonly events: Event[];
  readonly counters: EngineCounters;
}

/** What the sniffer tells of Ethernet frames up to the end of the capture. */
export function sniff(packets: Iterable<CapturedPacket>, options: SniffedOptions = {}): Sniffed {
  const events: Event[] = [];
  const engine = sniffingEngine((event) => events.push(event), options);
  for (const { bytes, micros = 0, wire = bytes.length } of packets) {
    engine.handle(bytes, 0, bytes.length, wire, micros, 1);
  }
  engine.end();
  return { events, counters: engine.counters };
}

/** An engine that hands its events to `onEvent`. */
export function sniffingEngine(
  onEvent: (event: Event) => void,
  { home = new Home(), dedup = 0, maxFlows = 1000, ja4plus = true, ...bounds }: SniffedOptions = {},
): Engine {
  const reporter = new Reporter({
    sensor: "sensor",
    home,
    dedup: new Dedup(dedup * 1_000_000),
    onEvent,
  });
  return new Engine({ reporter, maxFlows, ja4plus, stacks: ownSignatures(), ...bounds });
}

/** A record with a ClientHello of TLS 1.2 for `name`, made larger by padding. */
export function helloFor(name: string, padding = 0): Uint8Array {
  return writeClientHelloRecord({
    recordVersion: VERSION.tls10,
    helloVersion: VERSION.tls12,
    random: new Uint8Array(32),
    sessionId: new Uint8Array(0),
    cipherSuites: [0xc02f, 0x002f],
    compressionMethods: [0],
    extensions: [
      serverNameExtension(name),
      alpnExtension(["h2"]),
      ...(padding > 0 ? [paddingExtension(padding)] : []),
    ],
  });
}
