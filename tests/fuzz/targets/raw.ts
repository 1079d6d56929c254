/** Answers to packets made by hand: ICMP errors with what they quote, and the kernel's own messages. */
import assert from "node:assert/strict";
import { concatBytes, fromHex } from "../../../lib/bytes.ts";
import { LINK_TYPE } from "../../../lib/net/link_layer.ts";
import { decodePacket, Packet } from "../../../lib/net/packet.ts";
import { quotedTtl, readIcmpError } from "../../../lib/raw/icmp_error.ts";
import { formatLinkAddress, readInterfaceId } from "../../../lib/raw/eui64.ts";
import { makerOf } from "../../../lib/raw/mac_maker.ts";
import { quoteChanges } from "../../../lib/raw/quote_changes.ts";
import { parseKernelMessages } from "../../../lib/raw/rtnetlink.ts";
import { extension, ipv4, ipv6, tcp, text, udp } from "../../support/packet_builder.ts";
import { icmpMessage } from "../../support/raw_icmp.ts";
import type { FuzzTarget } from "../target.ts";

const [ICMP, UDP, ICMPV6, DESTINATION_OPTIONS] = [1, 17, 58, 60];

/** What we sent, and what errors are about. */
const SENT = ipv4({ protocol: UDP }, udp(40000, 33434, text("what we sent")));
const SENT6 = ipv6({ protocol: UDP }, udp(40000, 33434, text("what we sent")));
const OPTIONED6 = ipv6({ protocol: DESTINATION_OPTIONS }, extension(6, tcp({ flags: 2 })));

/** RTM_NEWROUTE, RTM_NEWLINK, NLMSG_ERROR and NLMSG_DONE, each with a header of 16 bytes. */
const KERNEL = fromHex(
  [
    "2c000000180002000000000000000000" + "0220000000fe0000" + "01000000" + "08000500c0000201" +
    "0800040003000000",
    "2c00000010000200000000000000000000000100030000000000000000000000" + "0900030065746830",
    "24000000020000000000000000000000ffffffff" + "00".repeat(16),
    "14000000030002000000000000000000" + "00000000",
  ].join(""),
);

export const RAW: FuzzTarget = {
  name: "raw",
  seeds: () => [
    ...[3, 11, 12].flatMap((type) => [
      ipv4({ protocol: ICMP }, icmpMessage(type, 1, 0, SENT)),
      // With the length of the quote, and objects behind it (RFC 4884 section 3).
      ipv4({ protocol: ICMP }, icmpMessage(type, 4, 0x0a0000, concatBytes(SENT, SENT6))),
    ]),
    ...[1, 2, 3, 4].flatMap((type) =>
      [SENT6, OPTIONED6].map((sent) => ipv6({ protocol: ICMPV6 }, icmpMessage(type, 4, 1280, sent)))
    ),
    KERNEL,
  ],
  run(input) {
    const packet = new Packet();
    const { length } = input;
    const isIp = decodePacket(packet, input, 0, length, length, 0, LINK_TYPE.raw);
    return `${isIp ? icmpError(packet) : "none"} ${kernel(input)}`;
  },
};

function icmpError(packet: Packet): string {
  const error = readIcmpError(packet);
  if (error === undefined) return "no error";
  const { quote, destination, type, protocol, sourcePort, destinationPort, sequence } = error;
  assert.ok(quote.length <= packet.l4Length && destination.length === packet.addressLength);
  for (const port of [sourcePort, destinationPort]) assert.ok(port >= 0 && port <= 0xffff);
  assert.ok(quotedTtl(quote) <= 255);
  const changes = quoteChanges(packet.ipVersion === 4 ? SENT : SENT6, quote);
  for (const change of changes) assert.match(change, /^[a-z_]+(?:[+-]\d+)?$/);
  if (destination.length === 16) interfaceId(destination);
  const kinds = changes.map((change) => change.replace(/\d+/, "#"));
  return `${type} ${protocol === UDP} ${sequence === undefined} ${kinds}`;
}

function interfaceId(address: Uint8Array): void {
  const { linkAddress } = readInterfaceId(address);
  if (linkAddress === undefined) return;
  assert.match(formatLinkAddress(linkAddress), /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  makerOf(linkAddress);
}

/** Nothing is made of more bytes than there are. */
function kernel(input: Uint8Array): string {
  const messages = parseKernelMessages(input);
  assert.ok(16 * messages.length <= input.length);
  assert.ok(messages.every(({ kind }) => kind.length > 0));
  return messages.map(({ kind }) => kind[0]).join("").slice(0, 12);
}
