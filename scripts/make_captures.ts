/**
 * Makes the captures in tests/fixtures/captures anew, and beside them tshark.jsonl: what tshark reads
 * in each packet, for the tests to compare with. The captures come out the same every time.
 *
 * Usage: deno run -A scripts/make_captures.ts    (needs tshark 4.0 and zstd)
 */
import { gzipSync } from "node:zlib";
import { concatBytes } from "../lib/bytes.ts";
import {
  type CapturedPacket,
  pcap,
  pcapHeader,
  PcapngSection,
  pcapRecord,
  stamp,
} from "../tests/support/capture_builder.ts";
import {
  authenticationHeader,
  ethernet,
  etherType,
  extension,
  fragmentHeader,
  frame,
  geneve,
  gre,
  gtpU,
  ipv4,
  ipv6,
  mpls,
  ppp,
  pppoe,
  snap,
  tcp,
  type TcpFields,
  text,
  udp,
  vxlan,
  words,
} from "../tests/support/packet_builder.ts";
import { PSEUDOWIRE_LABEL, tsharkPackets } from "../tests/support/tshark_packets.ts";

const FOLDER = new URL("../tests/fixtures/captures/", import.meta.url).pathname;

/** Of the first packet; each comes a millisecond after the one before. */
const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678) * 1000 + 901;

const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
const SCTP = 132;
const NOTHING = new Uint8Array(0);

/** MSS, SACK permitted, timestamps, window scale: what Linux sends. */
const SYN_OPTIONS = Uint8Array.fromHex("020405b40402080a0001e2400000000001030307");

function client(fields: TcpFields, payload = NOTHING): Uint8Array {
  return tcp({ sourcePort: 40000, destinationPort: 443, window: 64240, ...fields }, payload);
}

/** A short conversation, and something of each other transport. */
function packets4(): Uint8Array[] {
  const back = { source: "198.51.100.2", destination: "192.0.2.1" };
  const quoted = ipv4({ protocol: UDP }, udp(40001, 53, text("query")));
  return [
    ipv4({ id: 0x1234 }, client({ sequence: 0xfffffff0, flags: 0xc2, options: SYN_OPTIONS })),
    ipv4(
      { ...back, id: 0, ttl: 57 },
      tcp({
        sourcePort: 443,
        destinationPort: 40000,
        sequence: 7,
        acknowledgement: 0xfffffff1,
        flags: 0x12,
        window: 65160,
        options: SYN_OPTIONS,
      }),
    ),
    ipv4({ trafficClass: 0xb9 }, client({ sequence: 0xfffffff1, flags: 0x118 }, text("hello"))),
    ipv4({ protocol: UDP }, udp(40001, 9, text("datagram"))),
    ipv4({ protocol: ICMP }, concatBytes(words(0x0800, 0, 1, 1), text("ping"))),
    ipv4({ ...back, protocol: ICMP }, concatBytes(words(0x0303, 0, 0, 0), quoted)),
    ipv4({ protocol: SCTP }, concatBytes(words(5000, 38412, 1, 1, 0, 0), new Uint8Array(20))),
  ];
}

function packets6(): Uint8Array[] {
  const back = { source: "2001:db8:1::2", destination: "2001:db8::1" };
  return [
    ipv6({ flowLabel: 0xabcde }, client({ sequence: 1, flags: 2, options: SYN_OPTIONS })),
    ipv6({ ...back, trafficClass: 0x02, ttl: 255 }, client({ flags: 0x14 })),
    ipv6({ protocol: UDP }, udp(40001, 9, text("datagram"))),
    ipv6({ protocol: ICMPV6 }, concatBytes(words(0x8000, 0, 1, 1), text("ping"))),
  ];
}

const IPV4 = packets4();
const IPV6 = packets6();
const SYN4 = IPV4[0]!;
const SYN6 = IPV6[0]!;

function timed(frames: readonly Uint8Array[]): CapturedPacket[] {
  return frames.map((bytes, index) => ({ bytes, micros: START + index * 1000 }));
}

/** One interface a link layer. */
function linkLayers(): Uint8Array {
  const native = (family: number) => Uint8Array.of(family, 0, 0, 0);
  const network = (family: number) => Uint8Array.of(0, 0, 0, family);
  const hdlc = (address: number) => (ip: Uint8Array) =>
    concatBytes(Uint8Array.of(address, 0), words(etherType(ip)), ip);
  const framed = (ip: Uint8Array) => concatBytes(Uint8Array.of(0xff, 3), ppp(ip));
  const family = (of: (family: number) => Uint8Array, v6: number) => (ip: Uint8Array) =>
    concatBytes(of(ip[0]! >> 4 === 6 ? v6 : 2), ip);
  const layers: readonly (readonly [number, (ip: Uint8Array) => Uint8Array])[] = [
    [1, frame],
    [1, (ip) => ethernet(ip.length + 8, snap(etherType(ip), ip))],
    [0, family(native, 30)],
    [0, family(network, 24)],
    [108, family(network, 24)],
    [101, (ip) => ip],
    [228, (ip) => ip],
    [229, (ip) => ip],
    [9, framed],
    [9, ppp],
    [50, framed],
    [50, hdlc(0x0f)],
    [104, hdlc(0x0f)],
    [51, (ip) => pppoe(ppp(ip))],
    [113, cooked],
    [276, cooked2],
    [105, (ip) => dot11(0x08, 0x01, NOTHING, ip)],
    [105, (ip) => dot11(0x88, 0x02, words(0), ip)],
    [105, (ip) => dot11(0x08, 0x03, new Uint8Array(6).fill(2), ip)],
    [127, (ip) => concatBytes(RADIOTAP_PLAIN, dot11(0x88, 0x02, words(0), ip))],
    // The header is padded to 28 bytes.
    [127, (ip) => concatBytes(RADIOTAP_PADDED, dot11(0x88, 0x02, words(0, 0), ip))],
  ];
  const section = new PcapngSection();
  for (const [linkType] of layers) section.interface(linkType);
  let number = 0;
  for (const [id, [linkType, wrap]] of layers.entries()) {
    for (const ip of [...IPV4.slice(0, 4), ...IPV6.slice(0, 3)]) {
      if (linkType === 228 && ip[0]! >> 4 !== 4 || linkType === 229 && ip[0]! >> 4 !== 6) continue;
      section.enhancedPacket(id, stamp(START + number++ * 1000), { bytes: wrap(ip) });
    }
  }
  return section.finish();
}

/** No fields but length and empty presence. */
const RADIOTAP_PLAIN = Uint8Array.fromHex("0000080000000000");

/** TSFT and flags, with the flag for padding. */
const RADIOTAP_PADDED = Uint8Array.fromHex("00001100030000000011223344556677" + "20");

function cooked(ip: Uint8Array): Uint8Array {
  return concatBytes(words(0, 1, 6, 0x0200, 0, 1, 0, etherType(ip)), ip);
}

function cooked2(ip: Uint8Array): Uint8Array {
  return concatBytes(words(etherType(ip), 0, 0, 2, 1, 0x0006, 0x0200, 0, 1, 0), ip);
}

function dot11(control: number, flags: number, extra: Uint8Array, ip: Uint8Array): Uint8Array {
  const addresses = new Uint8Array(18).fill(2);
  return concatBytes(
    Uint8Array.of(control, flags, 0, 0),
    addresses,
    Uint8Array.of(0x10, 0),
    extra,
    snap(etherType(ip), ip),
  );
}

/** Tags, sessions and labels on Ethernet. */
function tags(): Uint8Array[] {
  const label = (count: number) => (ip: Uint8Array) => ethernet(0x8847, mpls(count, ip));
  const wire = (inner: Uint8Array) => ethernet(0x8847, mpls(2, inner, PSEUDOWIRE_LABEL));
  const control = words(0, 0);
  const session = (ip: Uint8Array) => ethernet(0x8864, pppoe(ppp(ip)));
  const wraps: readonly ((ip: Uint8Array) => Uint8Array)[] = [
    (ip) => frame(ip, 0x8100),
    (ip) => frame(ip, 0x88a8, 0x8100),
    (ip) => frame(ip, 0x9100, 0x9100, 0x8100),
    session,
    (ip) => {
      const inner = session(ip);
      return concatBytes(inner.subarray(0, 12), words(0x8100, 5), inner.subarray(12));
    },
    label(1),
    label(3),
    (ip) => wire(concatBytes(control, frame(ip))),
    (ip) => wire(concatBytes(control, frame(ip, 0x8100))),
  ];
  return wraps.flatMap((wrap) => [...IPV4.slice(0, 4), ...IPV6.slice(0, 3)].map(wrap));
}

const GRE = 47;
const ERSPAN2 = Uint8Array.fromHex("1064000700000003");
const ERSPAN3 = Uint8Array.fromHex("206400070000000100000000");
const ERSPAN3_PLATFORM = Uint8Array.fromHex("2064000700000001000000010000000000000000");
const FOUR = new Uint8Array(4);

function inGre(flags: number, type: number, options: Uint8Array, payload: Uint8Array): Uint8Array {
  return ipv4(
    { source: "203.0.113.1", destination: "203.0.113.2", protocol: GRE },
    gre(flags, type, options, payload),
  );
}

function inUdp(port: number, payload: Uint8Array): Uint8Array {
  return ipv4(
    { source: "203.0.113.1", destination: "203.0.113.2", protocol: UDP },
    udp(50000, port, payload),
  );
}

/** Every tunnel, around every kind of packet. */
function tunnels(): Uint8Array[] {
  const outer6 = { source: "2001:db8:ffff::1", destination: "2001:db8:ffff::2" };
  const outer4 = { source: "203.0.113.1", destination: "203.0.113.2" };
  const version = (ip: Uint8Array) => ip[0]! >> 4 === 6 ? 41 : 4;
  const extended = Uint8Array.fromHex("0001008501100900");
  const wraps: readonly ((ip: Uint8Array) => Uint8Array)[] = [
    (ip) => ipv4({ ...outer4, protocol: version(ip) }, ip),
    (ip) => ipv6({ ...outer6, protocol: version(ip) }, ip),
    (ip) => inGre(0, etherType(ip), NOTHING, ip),
    (ip) => inGre(0xb000, etherType(ip), new Uint8Array(12), ip),
    (ip) => ipv6({ ...outer6, protocol: GRE }, gre(0x2000, etherType(ip), FOUR, ip)),
    (ip) => inGre(0x2000, 0x6558, FOUR, frame(ip)),
    (ip) => inGre(0, 0x8847, NOTHING, mpls(1, ip)),
    (ip) => inGre(0, 0x88be, NOTHING, frame(ip)),
    (ip) => inGre(0x1000, 0x88be, FOUR, concatBytes(ERSPAN2, frame(ip, 0x8100))),
    (ip) => inGre(0x1000, 0x22eb, FOUR, concatBytes(ERSPAN3, frame(ip))),
    (ip) => inGre(0x1000, 0x22eb, FOUR, concatBytes(ERSPAN3_PLATFORM, frame(ip))),
    (ip) => {
      const carried = concatBytes(Uint8Array.of(0xff, 3), ppp(ip));
      return inGre(0x3081, 0x880b, concatBytes(words(carried.length, 1), FOUR, FOUR), carried);
    },
    (ip) => inUdp(4789, vxlan(frame(ip))),
    (ip) => inUdp(8472, vxlan(frame(ip, 0x8100))),
    (ip) => inUdp(4790, vxlan(ip, 0x0c, ip[0]! >> 4 === 6 ? 2 : 1)),
    (ip) => inUdp(4790, vxlan(frame(ip), 0x0c, 3)),
    (ip) => inUdp(6081, geneve(0x6558, frame(ip))),
    (ip) => inUdp(6081, geneve(0x6558, frame(ip), Uint8Array.fromHex("0102030100000000"))),
    (ip) => inUdp(6081, geneve(etherType(ip), ip)),
    (ip) => inUdp(2152, gtpU(0x30, NOTHING, ip)),
    (ip) => inUdp(2152, gtpU(0x32, FOUR, ip)),
    (ip) => inUdp(2152, gtpU(0x34, extended, ip)),
    (ip) => inUdp(4789, vxlan(frame(inGre(0, etherType(ip), NOTHING, ip)))),
  ];
  const inner = [...IPV4, ...IPV6];
  return [...wraps.flatMap((wrap) => inner.map((ip) => frame(wrap(ip)))), ...teredo()];
}

function teredo(): Uint8Array[] {
  const inner = ipv6(
    { source: "2001:0:cb00:7101::1", destination: "2001:db8::2" },
    client({ sequence: 5, flags: 2, options: SYN_OPTIONS }),
  );
  const back = ipv4(
    { protocol: UDP },
    udp(
      3544,
      50000,
      ipv6(
        { source: "2001:db8::2", destination: "2001:0:cb00:7101::1", protocol: UDP },
        udp(9, 40001, text("datagram")),
      ),
    ),
  );
  const authentication = concatBytes(words(0x0001, 0), new Uint8Array(9));
  const origin = Uint8Array.fromHex("00003cbf34ff8efe");
  return [
    frame(inUdp(3544, inner)),
    frame(inUdp(3544, concatBytes(origin, inner))),
    frame(inUdp(3544, concatBytes(authentication, inner))),
    frame(inUdp(3544, concatBytes(authentication, origin, inner))),
    frame(back),
  ];
}

/** Headers that are rare, wrong or cut off. */
function headers(): CapturedPacket[] {
  const segment = client({ sequence: 9, flags: 0x18 }, text("some payload"));
  const datagram = udp(40001, 9, text("datagram"));
  const padding = new Uint8Array(30);
  const options = Uint8Array.fromHex("94040000");
  const parts = concatBytes(udp(40001, 9, new Uint8Array(40)));
  const full = frame(ipv4({}, client({ flags: 2, options: SYN_OPTIONS }, text("data"))));
  const frames = [
    // IPv4 options, an authentication header, an odd flag.
    ipv4({ options }, segment),
    ipv4({ protocol: 51 }, authenticationHeader(6, segment)),
    ipv4({ fragment: 0x8000 }, segment),
    // IPv6 extension headers, alone and together, and an atomic fragment (RFC 6946).
    ipv6({ protocol: 0 }, extension(6, segment)),
    ipv6({ protocol: 60 }, extension(17, datagram, 8)),
    ipv6({ protocol: 43 }, extension(6, segment)),
    ipv6({ protocol: 51 }, authenticationHeader(6, segment)),
    ipv6({ protocol: 44 }, fragmentHeader(6, 0, 77, segment)),
    ipv6({ protocol: 0 }, extension(60, extension(44, fragmentHeader(17, 0, 78, datagram)))),
    // Fragments.
    ipv4({ protocol: UDP, id: 5, fragment: 0x2000 }, parts.subarray(0, 24)),
    ipv4({ protocol: UDP, id: 5, fragment: 3 }, parts.subarray(24)),
    ipv6({ protocol: 44 }, fragmentHeader(17, 1, 79, parts.subarray(0, 24))),
    ipv6({ protocol: 44 }, fragmentHeader(17, 24, 79, parts.subarray(24))),
    // Padding behind the packet, a total length of 0, UDP lengths that are wrong.
    ipv4({}, client({ flags: 0x14 })),
    ipv4({ length: 0 }, segment),
    ipv4({ protocol: UDP }, udp(40001, 9, text("datagram and more"), 16)),
    ipv4({ protocol: UDP }, udp(40001, 9, text("datagram"), 200)),
  ].map((ip) => frame(ip));
  frames[13] = concatBytes(frames[13]!, padding.subarray(0, 6));
  return [
    ...timed(frames),
    // Cut by the snaplen: in the options, in the payload.
    { bytes: full.subarray(0, 60), wire: full.length, micros: START + 100_000 },
    { bytes: full.subarray(0, 76), wire: full.length, micros: START + 101_000 },
    // No IP at all.
    { bytes: ethernet(0x0806, new Uint8Array(28)), micros: START + 102_000 },
  ];
}

/** What only looks like a tunnel: the outer packet counts. tshark shows the inner. */
function lookalikes(): Uint8Array[] {
  return [
    inUdp(4789, text("not a tunnel at all, however long it may be")),
    inUdp(2152, Uint8Array.fromHex("30ff000400000009deadbeef")),
    inUdp(6081, geneve(0x0800, text("not an IP packet, this one"))),
    inUdp(3544, text("not a bubble")),
    inGre(0, 0x0800, NOTHING, text("not an IP packet")),
  ].map((ip) => frame(ip));
}

/** Three sections in both byte orders, with interfaces that count time in their own ways. */
function sections(): Uint8Array {
  const option = (code: number, ...value: number[]) => ({ code, value: Uint8Array.of(...value) });
  const bytes = frame(SYN4);
  const seconds = Math.floor(START / 1_000_000);
  const fraction = START % 1_000_000;
  const halves = (value: bigint): [number, number] => [
    Number(value >> 32n),
    Number(value & 0xffffffffn),
  ];
  const nanoseconds = BigInt(START) * 1000n + 999n;
  // 2^-20 seconds, rounded up so that the same microsecond comes out.
  const binary = BigInt(seconds) * 2n ** 20n +
    BigInt(Math.ceil(fraction / 1_000_000 * 2 ** 20));
  const first = new PcapngSection()
    .interface(1, [{ code: 2, value: text("eth0") }])
    .interface(101, [option(9, 9)])
    .enhancedPacket(0, stamp(START), { bytes }, [{ code: 1, value: text("a comment") }])
    // Decryption secrets and names, with nothing in them.
    .block(0x0a, Uint8Array.fromHex("4b534c5400000000"))
    .block(4, new Uint8Array(4))
    .enhancedPacket(1, halves(nanoseconds), { bytes: SYN4, wire: 1500 })
    .block(5, new Uint8Array(12))
    .packet(0, stamp(START), { bytes: frame(SYN6) });
  const second = new PcapngSection({ littleEndian: false })
    // Seconds are counted from an hour after the epoch.
    .interface(113, [option(9, 0x80 | 20), option(14, 0, 0, 0, 0, 0, 0, 0x0e, 0x10)])
    .enhancedPacket(0, halves(binary - 3600n * 2n ** 20n), { bytes: cooked(SYN4) });
  const third = new PcapngSection()
    .interface(1, [], 60)
    .simplePacket({ bytes: bytes.subarray(0, 60), wire: bytes.length })
    .simplePacket({ bytes: frame(IPV4[4]!) })
    // A custom block, which tshark counts as a packet.
    .block(0x0bad, Uint8Array.of(0, 0, 0x30, 0x39, 1, 2, 3, 4));
  return concatBytes(first.finish(), second.finish(), third.finish());
}

async function zstd(bytes: Uint8Array): Promise<Uint8Array> {
  const child = new Deno.Command("zstd", {
    args: ["--quiet", "--stdout"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(bytes);
  await writer.close();
  return (await child.output()).stdout;
}

const conversation = timed([...IPV4, ...IPV6].map((ip) => frame(ip)));
const plain = pcap(conversation);
const half = Math.floor(plain.length / 2);

/** Captures by file name. */
const CAPTURES: Readonly<Record<string, Uint8Array>> = {
  "link_layers.pcapng": linkLayers(),
  "tags.pcap": pcap(timed(tags())),
  "tunnels.pcap": pcap(timed(tunnels())),
  "headers.pcap": pcap(headers()),
  "lookalikes.pcap": pcap(timed(lookalikes())),
  "sections.pcapng": sections(),
  "plain.pcap": plain,
  "big_endian.pcap": pcap(conversation, { littleEndian: false }),
  "nanoseconds.pcap": pcap(conversation, { nanoseconds: true }),
  "big_endian_nanoseconds.pcap": pcap(conversation, { littleEndian: false, nanoseconds: true }),
  "patched.pcap": pcap(conversation, { patched: true }),
  "members.pcap.gz": concatBytes(gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))),
  "frames.pcap.zst": concatBytes(
    await zstd(plain.subarray(0, half)),
    // A skippable frame.
    Uint8Array.fromHex("502a4d1803000000aabbcc"),
    await zstd(plain.subarray(half)),
  ),
  "cut_off.pcap": plain.subarray(0, plain.length - 5),
  "damaged.pcap": concatBytes(
    pcapHeader(),
    pcapRecord(conversation[0]!),
    new Uint8Array(16).fill(0xff),
    pcapRecord(conversation[1]!),
  ),
};

await Deno.mkdir(FOLDER, { recursive: true });
const lines: string[] = [];
for (const [file, bytes] of Object.entries(CAPTURES)) {
  await Deno.writeFile(FOLDER + file, bytes);
  if (file === "lookalikes.pcap") continue;
  for (const packet of await tsharkPackets(FOLDER + file)) {
    lines.push(JSON.stringify({ file, ...packet }));
  }
}
await Deno.writeTextFile(`${FOLDER}tshark.jsonl`, `${lines.join("\n")}\n`);
