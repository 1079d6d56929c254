/** The ICMPv6 error probe: five IPv6 packets that go wrong, and how the host says so. */
import { concatBytes } from "../bytes.ts";
import { ICMPV6 } from "../raw/icmp_error.ts";
import { IPV6_HEADER_LENGTH, PROTOCOL, putU16, writeIp } from "../raw/ip_packet.ts";
import { UDP_HEADER_LENGTH, writeUdp } from "../raw/udp.ts";
import type { RawProbe } from "./raw_probe.ts";
import {
  always,
  onLink,
  routed,
  stimulate,
  type Stimulus,
  type StimulusPlace,
} from "./raw_stimuli.ts";
import { stimuliFinding } from "./raw_stimuli_finding.ts";

/** Long enough for a stack that quotes little to show it. */
const PROBE_LENGTH = 640;
const SHORT_LENGTH = 96;

/** As long as packets on the Internet get. */
const LONGEST = 1500;

/**
 * A destination options header with one option, of a type that nobody has: its first two bits ask for
 * an error of code 2 (RFC 8200 4.2). UDP follows.
 */
const BAD_OPTION_HEADER = Uint8Array.of(PROTOCOL.udp, 0, 0x80, 4, 0, 0, 0, 0);

function datagram(
  { route, sourcePort, destinationPort }: StimulusPlace,
  length: number,
): Uint8Array<ArrayBuffer> {
  const { source, destination } = route;
  const ports = { source, destination, sourcePort, destinationPort };
  return writeUdp(ports, length - IPV6_HEADER_LENGTH - UDP_HEADER_LENGTH, 0x43);
}

function packet(
  { route }: StimulusPlace,
  payload: Uint8Array,
  fields: { readonly protocol?: number; readonly ttl?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { source, destination } = route;
  return writeIp({ source, destination, protocol: PROTOCOL.udp, ...fields }, payload);
}

/** What an unknown protocol carries: where others have their ports, so that the answer is known. */
function unknownPayload({ sourcePort, destinationPort }: StimulusPlace): Uint8Array {
  const payload = new Uint8Array(SHORT_LENGTH - IPV6_HEADER_LENGTH);
  putU16(payload, 0, sourcePort);
  putU16(payload, 2, destinationPort);
  return payload;
}

/** U, H, N, B, M of the matrix. */
const STIMULI: readonly Stimulus[] = [
  {
    name: "port_unreach",
    letter: "U",
    hashed: always,
    fits: always,
    protocol: PROTOCOL.udp,
    wanted: [ICMPV6.unreachable, 4],
    write: (place) => packet(place, datagram(place, PROBE_LENGTH)),
  },
  {
    // Answered by the first router. On the link there is none, and it would be the first over again.
    name: "hop_limit_exceeded",
    letter: "H",
    hashed: () => false,
    fits: routed,
    protocol: PROTOCOL.udp,
    wanted: [ICMPV6.timeExceeded, 0],
    write: (place) => packet(place, datagram(place, SHORT_LENGTH), { ttl: 1 }),
  },
  {
    name: "unknown_next_header",
    letter: "N",
    hashed: always,
    fits: always,
    protocol: PROTOCOL.experimental,
    wanted: [ICMPV6.parameterProblem, 1],
    write: (place) => packet(place, unknownPayload(place), { protocol: PROTOCOL.experimental }),
  },
  {
    // Many networks drop all such packets (RFC 7872), which says nothing about the host.
    name: "bad_dest_option",
    letter: "B",
    hashed: onLink,
    fits: always,
    protocol: PROTOCOL.udp,
    wanted: [ICMPV6.parameterProblem, 2],
    write: (place) =>
      packet(place, concatBytes(BAD_OPTION_HEADER, datagram(place, SHORT_LENGTH)), {
        protocol: PROTOCOL.destinationOptions,
      }),
  },
  {
    // As long as this machine can send it. Where the way is wide enough, the host answers as to U.
    name: "packet_too_big",
    letter: "M",
    hashed: () => false,
    fits: always,
    protocol: PROTOCOL.udp,
    wanted: [ICMPV6.packetTooBig, undefined],
    write: (place) => packet(place, datagram(place, Math.min(LONGEST, place.route.mtu))),
  },
];

/** Fingerprints a host by its ICMPv6 errors. */
export const icmp6Error: RawProbe = {
  name: "icmp6_error",
  brief: "ICMPv6 errors of a host: which it sends, how much it quotes",
  sends: "5 packets that cannot be delivered; each up to twice again if unanswered",
  families: [6],
  ports: undefined,
  priority: 860,

  async run(context) {
    const results = await stimulate(context, STIMULI);
    return stimuliFinding(context, results, {
      prefix: "icmp6",
      eventType: "icmp6_error_leak",
      title: "ICMPv6 leak",
      ipVersion: 6,
    });
  },
};
