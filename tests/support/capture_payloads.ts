/**
 * The payloads in a small capture file, for comparing one parser with reference values.
 *
 * A reader of its own, and a plain one: pcap and pcapng in this machine's byte order, Ethernet, raw
 * and loopback links, TCP and UDP without tunnels and fragments.
 */

/** What one TCP segment or UDP datagram carries. */
export interface Payload {
  readonly protocol: "tcp" | "udp";
  /** Address and port, `-` between both ends. */
  readonly source: string;
  readonly destination: string;
  readonly sequence: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
}

const PCAPNG_SECTION = 0x0a0d0d0a;
const PCAPNG_INTERFACE = 1;
const PCAPNG_ENHANCED_PACKET = 6;

/** Link-layer header lengths by LINKTYPE_: loopback, Ethernet, raw IP. */
const LINK_HEADERS: Readonly<Record<number, number>> = { 0: 4, 1: 14, 101: 0, 113: 16 };

/** Every TCP and UDP payload of a capture file, in order, empty ones included. */
export function readPayloads(path: string): Payload[] {
  const file = Deno.readFileSync(path);
  const view = new DataView(file.buffer);
  const frames = view.getUint32(0, true) === PCAPNG_SECTION ? pcapng(view) : pcap(view);
  return frames.flatMap(([linkType, frame]) => readFrame(linkType, frame) ?? []);
}

/** One direction of a TCP connection, put in order: what was lost ends it. */
export function streams(payloads: readonly Payload[]): Map<string, Uint8Array[]> {
  const result = new Map<string, Uint8Array[]>();
  const next = new Map<string, number>();
  const waiting = new Map<string, Payload[]>();
  for (const payload of payloads.filter(({ protocol }) => protocol === "tcp")) {
    const key = `${payload.source}>${payload.destination}`;
    if ((payload.flags & 0x02) !== 0) {
      next.set(key, (payload.sequence + 1) >>> 0);
      result.set(`${key}#${result.size}`, []);
      continue;
    }
    if (payload.bytes.length === 0) continue;
    if (!next.has(key)) {
      next.set(key, payload.sequence);
      result.set(`${key}#${result.size}`, []);
    }
    const queue = [...(waiting.get(key) ?? []), payload];
    const pieces = [...result].findLast(([name]) => name.startsWith(`${key}#`))![1];
    waiting.set(key, deliver(queue, next, key, pieces));
  }
  return result;
}

/** Gives what fits to `pieces`, and what does not fit yet back. */
function deliver(
  queue: Payload[],
  next: Map<string, number>,
  key: string,
  pieces: Uint8Array[],
): Payload[] {
  let rest = queue;
  for (;;) {
    const expected = next.get(key)!;
    const ready = rest.find(({ sequence }) => ((expected - sequence) >>> 0) < 0x80000000);
    if (ready === undefined) return rest;
    rest = rest.filter((payload) => payload !== ready);
    const fresh = ready.bytes.subarray((expected - ready.sequence) >>> 0);
    if (fresh.length === 0) continue;
    pieces.push(fresh);
    next.set(key, (expected + fresh.length) >>> 0);
  }
}

function pcap(view: DataView): [number, Uint8Array][] {
  const frames: [number, Uint8Array][] = [];
  const linkType = view.getUint32(20, true);
  for (let at = 24; at + 16 <= view.byteLength;) {
    const length = view.getUint32(at + 8, true);
    frames.push([linkType, new Uint8Array(view.buffer, at + 16, length)]);
    at += 16 + length;
  }
  return frames;
}

function pcapng(view: DataView): [number, Uint8Array][] {
  const frames: [number, Uint8Array][] = [];
  const linkTypes: number[] = [];
  for (let at = 0; at + 12 <= view.byteLength; at += view.getUint32(at + 4, true)) {
    const type = view.getUint32(at, true);
    if (type === PCAPNG_INTERFACE) linkTypes.push(view.getUint16(at + 8, true));
    if (type !== PCAPNG_ENHANCED_PACKET) continue;
    const linkType = linkTypes[view.getUint32(at + 8, true)]!;
    const length = view.getUint32(at + 20, true);
    frames.push([linkType, new Uint8Array(view.buffer, at + 28, length)]);
  }
  return frames;
}

function readFrame(linkType: number, frame: Uint8Array): Payload | undefined {
  const start = LINK_HEADERS[linkType];
  if (start === undefined) return undefined;
  const packet = frame.subarray(start);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet.length >= 20) {
    const header = (packet[0]! & 0xf) * 4;
    const addresses = [12, 16].map((at) => packet.subarray(at, at + 4).join("."));
    return transport(
      packet[9]!,
      packet.subarray(header, view.getUint16(2)),
      addresses[0]!,
      addresses[1]!,
    );
  }
  if (version === 6 && packet.length >= 40) {
    const addresses = [8, 24].map((at) => v6Text(view, at));
    const end = 40 + view.getUint16(4);
    return transport(packet[6]!, packet.subarray(40, end), addresses[0]!, addresses[1]!);
  }
  return undefined;
}

function transport(
  protocol: number,
  segment: Uint8Array,
  source: string,
  destination: string,
): Payload | undefined {
  const tcp = protocol === 6 && segment.length >= 20;
  if (!tcp && (protocol !== 17 || segment.length < 8)) return undefined;
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  return {
    protocol: tcp ? "tcp" : "udp",
    source: `${source}-${view.getUint16(0)}`,
    destination: `${destination}-${view.getUint16(2)}`,
    sequence: tcp ? view.getUint32(4) : 0,
    flags: tcp ? view.getUint16(12) & 0x1ff : 0,
    bytes: segment.subarray(tcp ? (segment[12]! >> 4) * 4 : 8),
  };
}

/** As the URL standard writes it, so that an expected address compares after the same treatment. */
function v6Text(view: DataView, at: number): string {
  const groups = Array.from(
    { length: 8 },
    (_, index) => view.getUint16(at + 2 * index).toString(16),
  );
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
