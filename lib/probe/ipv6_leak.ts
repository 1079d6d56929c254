/** The IPv6 leak probe: the link-local address of a host on the link, which often holds its MAC. */
import { equalBytes } from "../bytes.ts";
import { sha256Hex } from "../hash.ts";
import { addressBytes, formatAddress } from "../net/address.ts";
import { u16 } from "../net/network_order.ts";
import { ECHO_TYPE, writeEcho } from "../raw/echo.ts";
import { PROTOCOL } from "../raw/ip_packet.ts";
import { formatLinkAddress, readInterfaceId } from "../raw/eui64.ts";
import { makerOf } from "../raw/mac_maker.ts";
import type { Miss, ProbeResult } from "./probe.ts";
import type { RawRoute } from "./raw_network.ts";
import { type RawProbe, type RawProbeContext, rawTargetFields } from "./raw_probe.ts";
import { inTime, randomUpTo, RawSession } from "./raw_session.ts";

/** All nodes on the link (RFC 4291 2.7.1). */
const ALL_NODES = addressBytes("ff02::1")!;

/** Digits of SHA-256 that are kept. */
const HASH_DIGITS = 32;

/** Times that a question is asked, and how long each waits for its answer. */
const TRIES = 3;
const ANSWER_MS = 1000;

/** After the first answer: a host with several addresses answers from each. */
const MORE_ANSWERS_MS = 100;

/** How often to look whether the kernel has found out the target's MAC. */
const LOOK_MS = 50;

/** Type, code, checksum, identifier and sequence number. */
const ECHO_HEADER = 8;

/** Bytes of a MAC that are the maker's. */
const OUI_LENGTH = 3;

/** Finds the IPv6 link-local address of a host on the same link, by its MAC. */
export const ipv6Leak: RawProbe = {
  name: "ipv6_leak",
  brief: "IPv6 link-local address of a host on the link, its MAC and who made it",
  sends: "1 echo request to the host unless its MAC is known, and 1 to all nodes on the link, " +
    "each up to twice again if unanswered",
  families: [4, 6],
  ports: undefined,
  priority: 999,

  async run(context: RawProbeContext): Promise<ProbeResult> {
    const route = context.network.route(context.target.address);
    if (route.local || route.gateway !== undefined) {
      return { outcome: "unreachable", detail: "not on a link of this machine" };
    }
    const { interfaceIndex, interfaceName } = route;
    const source = context.network.linkLocalAddress(interfaceIndex);
    if (source === undefined) {
      return { outcome: "local_error", detail: `${interfaceName} has no IPv6 address of its own` };
    }
    const linkAddress = await findLinkAddress(context, route);
    if (linkAddress === undefined) {
      return { outcome: "timeout", detail: "does not answer on the link" };
    }
    const found = await askAllNodes(context, { ...route, source }, linkAddress);
    return "outcome" in found ? found : toFinding(context, route, linkAddress, found);
  },
};

/** The target's MAC, out of the kernel's table; it looks for one it has not when it has to send. */
async function findLinkAddress(
  context: RawProbeContext,
  route: RawRoute,
): Promise<Uint8Array | undefined> {
  const { network } = context;
  const { source, destination, interfaceIndex } = route;
  const look = () =>
    network.neighbours(interfaceIndex, destination.length)
      .find(({ address }) => equalBytes(address, destination))?.linkAddress;
  using session = new RawSession(context, destination, () => {});
  let linkAddress = look();
  for (let sequence = 1; linkAddress === undefined && sequence <= TRIES; sequence++) {
    const echo = writeEcho({ source, destination, id: network.echoId, sequence });
    if (!await inTime(session.send(echo, route))) break;
    for (let waited = 0; waited < ANSWER_MS && !session.over; waited += LOOK_MS) {
      await session.pause(LOOK_MS);
      linkAddress = look();
      if (linkAddress !== undefined) break;
    }
  }
  return linkAddress;
}

/** Asks all nodes on the link; the addresses of the one with this MAC, the lowest first. */
async function askAllNodes(
  context: RawProbeContext,
  { source, interfaceIndex, ...rest }: RawRoute,
  linkAddress: Uint8Array,
): Promise<readonly Uint8Array[] | Miss> {
  const { network } = context;
  const found = new Map<string, Uint8Array>();
  const others = new Set<string>();
  // All probes of this process have the same identifier: the numbers tell their echoes apart.
  const first = randomUpTo(0xff00);
  using session = new RawSession(context, undefined, (packet, origin) => {
    const { bytes, protocol, l4Offset, l4Length, sourceOffset, addressLength } = packet;
    if (protocol !== PROTOCOL.icmpv6 || l4Length < ECHO_HEADER) return;
    if (origin.interfaceIndex !== interfaceIndex) return;
    if (bytes[l4Offset] !== ECHO_TYPE.reply6 || u16(bytes, l4Offset + 4) !== network.echoId) return;
    const sequence = u16(bytes, l4Offset + 6);
    if (sequence < first || sequence >= first + TRIES) return;
    const address = bytes.slice(sourceOffset, sourceOffset + addressLength);
    // Anybody on the link may answer: only the MAC tells who it was.
    if (equalBytes(origin.linkAddress, linkAddress)) found.set(address.toHex(), address);
    else others.add(address.toHex());
  });
  const route = { ...rest, source, interfaceIndex, destination: ALL_NODES };
  for (let tries = 0; tries < TRIES && found.size === 0 && !session.over; tries++) {
    const fields = { source, destination: ALL_NODES, id: network.echoId, sequence: first + tries };
    if (!await inTime(session.send(writeEcho(fields), route))) break;
    await session.until(() => found.size > 0, ANSWER_MS);
  }
  if (found.size > 0) {
    await session.pause(MORE_ANSWERS_MS);
    return [...found.keys()].sort().map((key) => found.get(key)!);
  }
  const detail = others.size === 0 ? "silence" : `silence; ${others.size} other hosts answered`;
  return { outcome: "timeout", detail };
}

function toFinding(
  context: RawProbeContext,
  { interfaceIndex, interfaceName, destination }: RawRoute,
  linkAddress: Uint8Array,
  addresses: readonly Uint8Array[],
): ProbeResult {
  const texts = addresses.map(formatAddress);
  // One that gives a MAC away says more than the others.
  const told = addresses.find((address) => readInterfaceId(address).kind === "eui64") ??
    addresses[0]!;
  const { kind, linkAddress: inside } = readInterfaceId(told);
  const maker = makerOf(inside ?? linkAddress);
  const address = formatAddress(told);
  const shared = context.network.neighbours(interfaceIndex, destination.length)
    .filter((neighbour) => equalBytes(neighbour.linkAddress, linkAddress)).length;
  const hash = sha256Hex(texts.join(",")).slice(0, HASH_DIGITS);
  return {
    outcome: "ok",
    eventType: "ipv6_link_local_leak",
    hash,
    fields: {
      ...rawTargetFields(context),
      ipv6_addr: address,
      ...(texts.length > 1 ? { ipv6_addrs: texts } : {}),
      iid_kind: kind,
      mac: formatLinkAddress(linkAddress),
      ...(inside === undefined ? {} : {
        mac_oui: formatLinkAddress(inside.subarray(0, OUI_LENGTH)),
        iid_mac: formatLinkAddress(inside),
      }),
      ...(maker === undefined ? {} : { mac_maker: maker }),
      // More than one: the host has several addresses, or answers for others as a proxy.
      ...(shared > 1 ? { mac_shared_by: shared } : {}),
      on_iface: interfaceName,
      vector: "active_echo",
    },
    msg: `IPv6 leak ${context.target.address} -> ${address} (${kind})`,
    lines: [
      ["ipv6", address],
      ["mac", `${formatLinkAddress(linkAddress)}${maker === undefined ? "" : ` ${maker}`}`],
    ],
  };
}
