/** DHCP over IPv4 and IPv6. */
import assert from "node:assert/strict";
import { parseDhcpv4 } from "../../../lib/dhcp/dhcpv4.ts";
import { parseDhcpv6 } from "../../../lib/dhcp/dhcpv6.ts";
import { ja4d, ja4d6 } from "../../../lib/fingerprint/ja4plus/ja4d.ts";
import { dhcpv4, dhcpv6, END, option4, option6, relay6 } from "../../support/dhcp_messages.ts";
import { conversations } from "../captured.ts";
import type { FuzzTarget } from "../target.ts";

const PORTS: ReadonlySet<number> = new Set([67, 68, 546, 547]);

/** Levels of DHCPv6 options in one another that are read, the message itself included. */
const LEVELS = 18;

const FINGERPRINT = /^[0-9a-z]{5,}[in][dn]_\d+(?:-\d+)*_\d+(?:-\d+)*$/;

export const DHCP: FuzzTarget = {
  name: "dhcp",
  seeds: () => {
    const solicit = dhcpv6(
      1,
      option6(1, [0, 1, 0, 1, 1, 2, 3, 4, 2, 0, 0, 0, 0, 1]),
      option6(3, [0, 0, 0, 1], new Uint8Array(8), option6(5, new Uint8Array(24))),
      option6(6, [0, 23, 0, 24]),
      option6(16, [0, 0, 1, 55, 0, 3, 77, 83, 70]),
      option6(39, [0, 1, 97, 2, 98, 99, 0]),
    );
    return [
      dhcpv4([option4(53, 1), option4(55, 1, 3, 6), option4(12, 97, 98), option4(57, 5, 220), END]),
      dhcpv4([option4(52, 3), option4(53, 3), option4(50, 192, 0, 2, 9), option4(60, 77), END], {
        serverName: option4(81, 0, 0, 0, 97),
        file: option4(55, 15),
      }),
      solicit,
      relay6(12, option6(9, relay6(12, option6(9, solicit)))),
      ...conversations()
        .filter(({ udp, serverPort }) => udp && PORTS.has(serverPort))
        .flatMap(({ chunks }) => chunks.map(({ bytes }) => bytes)),
    ];
  },
  run(input) {
    return `${describe4(input)} ${describe6(input)}`;
  },
};

function describe4(input: Uint8Array): string {
  const message = parseDhcpv4(input);
  if (message === undefined) return "none";
  assert.match(ja4d(message), FINGERPRINT);
  const { options, hostName = "", vendorClass = "", parameters, clientHardware } = message;
  // Options in overloaded fields are bytes of the message as well.
  assert.ok(options.length <= input.length && parameters.length <= input.length);
  assert.ok(options.reduce((sum, { data }) => sum + data.length, 0) <= input.length);
  assert.ok(hostName.length <= 255 && vendorClass.length <= 255 && clientHardware.length <= 16);
  return `${message.type} ${[...new Set(options.map(({ code }) => code))].join("-")}`.slice(0, 60);
}

function describe6(input: Uint8Array): string {
  const message = parseDhcpv6(input);
  if (message === undefined) return "none";
  assert.match(ja4d6(message), FINGERPRINT);
  const { types, options, requestedOptions, fqdn = "", vendorClass = "" } = message;
  const most = input.length * LEVELS;
  assert.ok(4 * types.length <= most && 4 * options.length <= most);
  assert.ok(2 * requestedOptions.length <= most);
  assert.ok(fqdn.length <= input.length && vendorClass.length <= input.length);
  return `${types.join("-")} ${[...new Set(options)].join("-")}`.slice(0, 60);
}
