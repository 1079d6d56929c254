/** The ICMP error probe: four IPv4 packets that go wrong, and how the host says so. */
import { IPV4_HEADER_LENGTH, PROTOCOL, writeIp } from "../raw/ip_packet.ts";
import { ICMP } from "../raw/icmp_error.ts";
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

/** Longer than the 576 bytes that many stacks make an error at most (RFC 1812 4.3.2.3). */
const PROBE_LENGTH = 640;

/** As long as packets on the Internet get. */
const LONGEST = 1500;

/**
 * An option of a number that nobody uses, which claims to be longer than the header has room for. One
 * that is only unknown has to be passed over in silence (RFC 1122 3.2.1.8).
 */
const BAD_OPTION = Uint8Array.of(0x91, 39, 0, 0);

/** A datagram to a closed port, in a packet of `length` bytes. */
function datagram(
  { route, sourcePort, destinationPort, id }: StimulusPlace,
  length: number,
  extra: { readonly ttl?: number; readonly options?: Uint8Array } = {},
): Uint8Array<ArrayBuffer> {
  const { source, destination } = route;
  const headers = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH + (extra.options?.length ?? 0);
  const ports = { source, destination, sourcePort, destinationPort };
  const udp = writeUdp(ports, length - headers, 0x43);
  return writeIp({ source, destination, protocol: PROTOCOL.udp, id, ...extra }, udp);
}

/** P, T, F, X of the matrix. */
const STIMULI: readonly Stimulus[] = [
  {
    name: "port_unreach",
    letter: "P",
    hashed: always,
    fits: always,
    protocol: PROTOCOL.udp,
    wanted: [ICMP.unreachable, 3],
    write: (place) => datagram(place, PROBE_LENGTH),
  },
  {
    // Answered by the first router. On the link there is none, and it would be the first over again.
    name: "time_exceeded",
    letter: "T",
    hashed: () => false,
    fits: routed,
    protocol: PROTOCOL.udp,
    wanted: [ICMP.timeExceeded, 0],
    write: (place) => datagram(place, 64, { ttl: 1 }),
  },
  {
    // As long as this machine can send it. Where the way is wide enough, the host answers as to P.
    name: "frag_needed",
    letter: "F",
    hashed: () => false,
    fits: always,
    protocol: PROTOCOL.udp,
    wanted: [ICMP.unreachable, 4],
    write: (place) => datagram(place, Math.min(LONGEST, place.route.mtu)),
  },
  {
    // Many networks drop packets with options, and some routers answer in the host's stead.
    name: "param_problem",
    letter: "X",
    hashed: onLink,
    fits: always,
    protocol: PROTOCOL.udp,
    wanted: [ICMP.parameterProblem, undefined],
    write: (place) => datagram(place, 64, { options: BAD_OPTION }),
  },
];

/** Fingerprints a host by its ICMP errors. */
export const icmpError: RawProbe = {
  name: "icmp_error",
  brief: "ICMP errors of a host: which it sends, how much it quotes, what it changes",
  sends: "4 UDP datagrams that cannot be delivered; each up to twice again if unanswered",
  families: [4],
  ports: undefined,
  priority: 850,

  async run(context) {
    const results = await stimulate(context, STIMULI);
    return stimuliFinding(context, results, {
      prefix: "icmp",
      eventType: "icmp_error_leak",
      title: "ICMP leak",
      ipVersion: 4,
    });
  },
};
