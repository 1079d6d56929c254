/** DHCP messages of every form; their JA4D is written by hand from FoxIO's description. */
import assert from "node:assert/strict";
import { concatBytes } from "../../lib/bytes.ts";
import { foundFingerprints } from "../support/found_fingerprints.ts";
import { dhcpv4, dhcpv6, END, option4, option6, relay6 } from "../support/dhcp_messages.ts";
import { MadeDatagrams } from "../support/made_datagrams.ts";
import { text } from "../support/packet_builder.ts";

const discover = option4(53, 1);
const requestType = option4(53, 3);
const maxSize = option4(57, 0x05, 0xdc);
const parameters = option4(55, 1, 3, 6, 15);
const wants = option4(50, 192, 0, 2, 7);
const fqdn = option4(81, 0, 0, 0, ...text("host.example"));
const host = option4(12, ...text("host"));

/** What is special, the options, and the fingerprint. */
const MESSAGES: readonly (readonly [name: string, options: Uint8Array[], ja4d: string])[] = [
  ["with a type alone", [discover, END], "disco0000nn_00_00"],
  ["with a parameter list", [discover, parameters, END], "disco0000nn_55_1-3-6-15"],
  [
    "with everything that part a tells of",
    [requestType, option4(61, 1, 2, 0, 0, 0, 0, 1), wants, maxSize, fqdn, host, parameters, END],
    "reqst1500id_61-57-12-55_1-3-6-15",
  ],
  ["whose type comes last", [parameters, maxSize, discover, END], "disco1500nn_55-57_1-3-6-15"],
  ["with padding between options", [
    concatBytes(discover, Uint8Array.of(0, 0)),
    concatBytes(host, Uint8Array.of(0)),
    END,
  ], "disco0000nn_12_00"],
  ["without an end", [discover, host], "disco0000nn_12_00"],
  ["with bytes behind the end", [discover, END, host], "disco0000nn_00_00"],
  [
    "with options that nobody knows",
    [discover, option4(224, 1), option4(254), END],
    "disco0000nn_224-254_00",
  ],
  ["with an option twice", [discover, host, host, END], "disco0000nn_12-12_00"],
  ["with a size of 576", [discover, option4(57, 2, 64), END], "disco0576nn_57_00"],
  ["with a size of 65535", [discover, option4(57, 255, 255), END], "disco9999nn_57_00"],
  [
    "of type ACK",
    [option4(53, 5), option4(54, 192, 0, 2, 1), option4(51, 0, 0, 14, 16), END],
    "dpack0000nn_54-51_00",
  ],
  ["of type NAK", [option4(53, 6), END], "dpnak0000nn_00_00"],
  ["of type OFFER", [option4(53, 2), END], "offer0000nn_00_00"],
  ["of type DECLINE", [option4(53, 4), END], "decln0000nn_00_00"],
  ["of type RELEASE", [option4(53, 7), END], "relse0000nn_00_00"],
  ["of type INFORM", [option4(53, 8), parameters, END], "infor0000nn_55_1-3-6-15"],
  ["of a type that nobody knows", [option4(53, 77), END], "00077" + "0000nn_00_00"],
];

function ja4dOf(payload: Uint8Array, ports: readonly [number, number], ends = {}) {
  const talk = new MadeDatagrams({ clientPort: ports[0], serverPort: ports[1], ...ends });
  return foundFingerprints([talk.from("client", payload)]).filter(({ kind }) => kind === "ja4d");
}

for (const [name, options, ja4d] of MESSAGES) {
  Deno.test(`sniff gives a DHCP message ${name} the JA4D of the description`, () => {
    const payload = dhcpv4(options);
    const found = ja4dOf(payload, [68, 67], { client: "0.0.0.0", server: "255.255.255.255" });
    assert.deepEqual(found.map(({ value, src, dst }) => [value, src, dst]), [
      [ja4d, "0.0.0.0", "255.255.255.255"],
    ]);
    // Between relay and server both ports are those of servers (RFC 2131 4.1).
    assert.deepEqual(ja4dOf(payload, [67, 67]).map(({ value }) => value), [ja4d]);
  });
}

Deno.test("sniff reads DHCP from relays and scanners on any port, and of servers that say what to start from", () => {
  const payload = dhcpv4([discover, END]);
  for (const ports of [[40000, 67], [67, 40000], [68, 4011], [4011, 68]] as const) {
    assert.deepEqual(ja4dOf(payload, ports).map(({ value }) => value), ["disco0000nn_00_00"]);
  }
  assert.deepEqual(ja4dOf(payload, [40000, 50000]), []);
});

Deno.test("sniff reads the options in fields of DHCP that an option lends to them", () => {
  const payload = dhcpv4([discover, option4(52, 3), parameters, END], {
    serverName: concatBytes(host, END),
    file: concatBytes(maxSize, END),
  });
  assert.deepEqual(ja4dOf(payload, [68, 67]).map(({ value }) => value), [
    "disco1500nn_52-12-57-55_1-3-6-15",
  ]);
});

Deno.test("sniff tells of each message of an exchange, and of nothing that is no DHCP", () => {
  const talk = new MadeDatagrams({ clientPort: 68, serverPort: 67 });
  const bootp = dhcpv4([END]);
  const packets = [
    talk.from("client", dhcpv4([discover, END])),
    talk.from("server", dhcpv4([option4(53, 2), END], { operation: 2 })),
    talk.from("client", dhcpv4([requestType, wants, END])),
    talk.from("server", dhcpv4([option4(53, 5), END], { operation: 2 })),
    talk.from("client", bootp),
    talk.from("client", text("rubbish on the port of DHCP")),
  ];
  const found = foundFingerprints(packets).filter(({ kind }) => kind === "ja4d");
  assert.deepEqual(found.map(({ value, src }) => [value, src]), [
    ["disco0000nn_00_00", "192.0.2.1"],
    ["offer0000nn_00_00", "198.51.100.2"],
    ["reqst0000in_00_00", "192.0.2.1"],
    ["dpack0000nn_00_00", "198.51.100.2"],
  ]);
});

const DUID = Uint8Array.fromHex("00010001aabbccdd020000000001");
const clientId = option6(1, DUID);
const elapsed = option6(8, [0, 0]);
const requested = option6(6, [0, 23, 0, 24]);
const iaNa = option6(3, new Uint8Array(12));

const MESSAGES6: readonly (readonly [name: string, message: Uint8Array, ja4d: string])[] = [
  ["of the plainest form", dhcpv6(1, clientId), "solct0014nn_1_00"],
  [
    "with an option request",
    dhcpv6(1, clientId, requested, elapsed, iaNa),
    "solct0014nn_1-6-8-3_23-24",
  ],
  [
    "that asks for a temporary address",
    dhcpv6(3, clientId, option6(4, new Uint8Array(4))),
    "reqst0014in_1-4_00",
  ],
  [
    "with a name of several labels",
    dhcpv6(1, option6(39, [0], Uint8Array.of(1, 97), Uint8Array.of(1, 98, 0))),
    "solct0000nd_39_00",
  ],
  [
    "with options in options",
    dhcpv6(7, option6(3, new Uint8Array(12), option6(5, new Uint8Array(24)))),
    "reply0000nn_3-5_00",
  ],
  ["that asks for information", dhcpv6(11, requested), "inreq0000nn_6_23-24"],
];

for (const [name, message, ja4d] of MESSAGES6) {
  Deno.test(`sniff gives a DHCPv6 message ${name} the JA4D6 of the description`, () => {
    const ends = { client: "fe80::1", server: "ff02::1:2" };
    assert.deepEqual(ja4dOf(message, [546, 547], ends).map(({ value }) => value), [ja4d]);
  });
}

Deno.test("sniff reads the DHCPv6 message that a relay wraps", () => {
  const message = relay6(12, option6(9, dhcpv6(1, clientId, elapsed)));
  const ends = { client: "2001:db8::1", server: "2001:db8::2" };
  assert.deepEqual(ja4dOf(message, [547, 547], ends).map(({ value }) => value), [
    "rlayfsolct0014nn_9-1-8_00",
  ]);
});
