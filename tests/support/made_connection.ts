/** Makes packets of a TCP connection one by one, at any place of the stream and in any order. */
import type { CapturedPacket } from "./capture_builder.ts";
import { frame, ipv4, ipv6, tcp, text } from "./packet_builder.ts";
import { FLAG } from "./tcp_talk.ts";

/** Who sends. */
export type SideName = "client" | "server";

/** A packet that is to be made. */
export interface MadePacket {
  readonly flags?: number;
  readonly options?: Uint8Array;
  readonly window?: number;
  readonly ttl?: number;
}

/** Ends of the connection, and where their sequence numbers start. */
export interface ConnectionOptions {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  /** Puts an IP packet into a frame. */
  readonly link?: (ip: Uint8Array) => Uint8Array;
  /** Makes an IP packet around a segment; for extension headers and the like. */
  readonly network?: (
    ends: { source: string; destination: string; ttl: number },
    segment: Uint8Array,
  ) => Uint8Array;
}

/** What Linux sends in a SYN: MSS, SACK permitted, timestamps, NOP, window scale. */
export const LINUX_OPTIONS = Uint8Array.fromHex("020405b40402080a0001e2400000000001030307");

const START = 1_700_000_000_000_000;
const STEP_MICROS = 1000;

/** A connection whose packets are made one by one; each comes a millisecond after the one before. */
export class MadeConnection {
  readonly #options: ConnectionOptions;
  #micros = START;

  constructor(options: ConnectionOptions = {}) {
    this.#options = options;
  }

  /** SYN, SYN-ACK and ACK. */
  open(): CapturedPacket[] {
    return [
      this.syn(),
      this.packet("server", -1, text(""), {
        flags: FLAG.syn | FLAG.ack,
        options: LINUX_OPTIONS,
        window: 65160,
      }),
      this.packet("client", 0, text(""), { flags: FLAG.ack }),
    ];
  }

  /** The SYN, perhaps with data. */
  syn(payload: Uint8Array = text(""), made: MadePacket = {}): CapturedPacket {
    return this.packet("client", -1, payload, {
      flags: FLAG.syn,
      options: LINUX_OPTIONS,
      window: 64240,
      ...made,
    });
  }

  /** What `side` says from offset `at` of its stream on, -1 being the SYN's own number. */
  packet(
    side: SideName,
    at: number,
    payload: Uint8Array,
    made: MadePacket = {},
  ): CapturedPacket {
    const { client = "192.0.2.1", server = "198.51.100.2", clientPort = 40000, serverPort = 443 } =
      this.#options;
    const { clientIsn = 1000, serverIsn = 5000, link = frame } = this.#options;
    const fromClient = side === "client";
    const [source, destination] = fromClient ? [client, server] : [server, client];
    const isn = fromClient ? clientIsn : serverIsn;
    const segment = tcp({
      sourcePort: fromClient ? clientPort : serverPort,
      destinationPort: fromClient ? serverPort : clientPort,
      sequence: (isn + 1 + at) >>> 0,
      flags: made.flags ?? FLAG.ack | FLAG.psh,
      window: made.window ?? 502,
      options: made.options ?? text(""),
    }, payload);
    const ends = { source, destination, ttl: made.ttl ?? 64 };
    const network = this.#options.network ?? (source.includes(":") ? ipv6 : ipv4);
    const micros = this.#micros;
    this.#micros += STEP_MICROS;
    return { bytes: link(network(ends, segment)), micros };
  }

  /** `bytes` of a side from offset `at` on, in packets that end at the given offsets of `bytes`. */
  pieces(
    side: SideName,
    bytes: Uint8Array,
    cuts: readonly number[] = [],
    at = 0,
  ): CapturedPacket[] {
    const ends = [...cuts, bytes.length];
    return ends.map((end, index) => {
      const start = ends[index - 1] ?? 0;
      return this.packet(side, at + start, bytes.subarray(start, end));
    });
  }
}
