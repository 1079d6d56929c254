/** Makes UDP datagrams of one conversation, and DTLS records to put into them. */
import { ByteWriter } from "../../lib/bytes.ts";
import type { CapturedPacket } from "./capture_builder.ts";
import type { SideName } from "./made_connection.ts";
import { frame, ipv4, ipv6, udp } from "./packet_builder.ts";

const UDP = 17;
const START = 1_700_000_000_000_000;
const STEP_MICROS = 1000;

/** Both ends of a conversation. */
export interface DatagramOptions {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
}

/** Datagrams between two ends, each a millisecond after the one before. */
export class MadeDatagrams {
  readonly #options: DatagramOptions;
  #micros = START;

  constructor(options: DatagramOptions = {}) {
    this.#options = options;
  }

  /** What `side` sends. */
  from(side: SideName, payload: Uint8Array): CapturedPacket {
    const { client = "192.0.2.1", server = "198.51.100.2", clientPort = 50000, serverPort = 443 } =
      this.#options;
    const [source, destination] = side === "client" ? [client, server] : [server, client];
    const ports = side === "client" ? [clientPort, serverPort] : [serverPort, clientPort];
    const datagram = udp(ports[0]!, ports[1]!, payload);
    const ends = { source, destination, protocol: UDP };
    const micros = this.#micros;
    this.#micros += STEP_MICROS;
    return {
      bytes: frame(source.includes(":") ? ipv6(ends, datagram) : ipv4(ends, datagram)),
      micros,
    };
  }
}

/** What of a handshake message is in one fragment. */
export interface DtlsPart {
  readonly type?: number;
  readonly body: Uint8Array;
  /** message_seq. */
  readonly sequence?: number;
  readonly from?: number;
  readonly to?: number;
}

/** A fragment of a handshake message, or all of it (RFC 6347 4.2.2). */
export function dtlsFragment(part: DtlsPart): Uint8Array {
  const { type = 1, body, sequence = 0, from = 0, to = body.length } = part;
  return new ByteWriter()
    .u8(type).uint(3, body.length).u16(sequence).uint(3, from)
    .vector(3, (data) => data.bytes(body.subarray(from, to)))
    .finish();
}

/** A record (RFC 6347 4.1). */
export function dtlsRecord(
  payload: Uint8Array,
  { type = 22, version = 0xfeff, epoch = 0, sequence = 0 } = {},
): Uint8Array {
  return new ByteWriter()
    .u8(type).u16(version).u16(epoch).u16(0).uint(4, sequence)
    .vector(2, (data) => data.bytes(payload))
    .finish();
}
