import assert from "node:assert/strict";
import { concatBytes } from "../bytes.ts";
import { formatAddress } from "./address.ts";
import {
  frame,
  ipv4,
  ipv6,
  mpls,
  ppp,
  snap,
  tcp,
  text,
  udp,
} from "../../tests/support/packet_builder.ts";
import { decoded } from "../../tests/support/read_capture.ts";

const UDP = 17;
const OUTER = { source: "203.0.113.1", destination: "203.0.113.2", protocol: UDP };
const INNER4 = ipv4({}, tcp({ sourcePort: 4444 }, text("inner")));
const INNER6 = ipv6({}, tcp({ sourcePort: 4444 }, text("inner")));

function hex(digits: string, ...rest: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.fromHex(digits.replaceAll(" ", "")), ...rest);
}

/** What the port says, and the payload. */
type Tunnel = readonly [port: number, wrap: (ip: Uint8Array) => Uint8Array];

const DOT11 = "0801 0000 020000000002 020000000001 020000000003 1000";
const etherTypeOf = (ip: Uint8Array) => ip[0]! >> 4 === 6 ? 0x86dd : 0x0800;

/** As tshark 4.0 reads them, too; of CAPWAP with 802.11 it asks for a setting. */
const TUNNELS: Readonly<Record<string, Tunnel>> = {
  "L2TP": [1701, (ip) => hex("0002 0007 0009 ff03", ppp(ip))],
  "L2TP with everything": [
    1701,
    (ip) => hex("4a02 0040 0007 0009 0001 0002 0003 aaaaaa ff03", ppp(ip)),
  ],
  "LISP": [4341, (ip) => hex("8000000100000001", ip)],
  "CAPWAP with Ethernet": [5247, (ip) => hex("00 10 42 00 00000000", frame(ip))],
  "CAPWAP with 802.11": [
    5247,
    (ip) => hex("00 20 43 10 00000000 0602000000000100", hex(DOT11), snap(etherTypeOf(ip), ip)),
  ],
  "AYIYA": [
    5072,
    (ip) =>
      hex(
        `415221${etherTypeOf(ip) === 0x0800 ? "04" : "29"} 01020304`,
        new Uint8Array(16 + 20),
        ip,
      ),
  ],
  "AYIYA without identity and signature": [
    5072,
    (ip) => hex(`000001${etherTypeOf(ip) === 0x0800 ? "04" : "29"} 01020304 00`, ip),
  ],
  "MPLS": [6635, (ip) => mpls(2, ip)],
  "TZSP": [37008, (ip) => hex("01 00 0001 01", frame(ip))],
  "TZSP with fields": [37008, (ip) => hex("01 00 0001 0a01c8 00 290203e8 01", frame(ip, 0x8100))],
};

function sourceOf(datagram: Uint8Array): [source: string, encapsulated: boolean] {
  const { bytes, sourceOffset, addressLength, encapsulated } = decoded(frame(datagram))!;
  return [formatAddress(bytes.subarray(sourceOffset, sourceOffset + addressLength)), encapsulated];
}

for (const [name, [port, wrap]] of Object.entries(TUNNELS)) {
  Deno.test(`decodePacket() takes the inner packet of ${name}`, () => {
    assert.deepEqual(sourceOf(ipv4(OUTER, udp(50000, port, wrap(INNER4)))), ["192.0.2.1", true]);
    assert.deepEqual(sourceOf(ipv4(OUTER, udp(50000, port, wrap(INNER6)))), ["2001:db8::1", true]);
  });

  Deno.test(`decodePacket() keeps the outer packet of ${name} that is cut off`, () => {
    const payload = wrap(INNER4);
    for (let length = 0; length < payload.length; length++) {
      const datagram = ipv4(OUTER, udp(50000, port, payload.subarray(0, length)));
      assert.deepEqual(sourceOf(datagram), [OUTER.source, false], `${length} bytes`);
    }
  });
}

Deno.test("decodePacket() takes what comes from the port of L2TP and of CAPWAP, too", () => {
  for (const name of ["L2TP", "CAPWAP with Ethernet"]) {
    const [port, wrap] = TUNNELS[name]!;
    assert.deepEqual(sourceOf(ipv4(OUTER, udp(port, 50000, wrap(INNER4)))), ["192.0.2.1", true]);
  }
});

/** What comes on the port of a tunnel without being of it. */
const LOOKALIKES: Readonly<Record<string, readonly [port: number, payload: Uint8Array]>> = {
  "a control message of L2TP": [1701, hex("8002 0007 0009 ff03", ppp(INNER4))],
  "version 3 of L2TP": [1701, hex("0003 0007 0009 ff03", ppp(INNER4))],
  "PPP's own protocols in L2TP": [1701, hex("0002 0007 0009 ff03 c021", INNER4)],
  "CAPWAP under DTLS": [5247, hex("01 10 42 00 00000000", frame(INNER4))],
  "a fragment of CAPWAP": [5247, hex("00 10 42 80 00000000", frame(INNER4))],
  "CAPWAP without a header": [5247, hex("00 00 42 00 00000000", frame(INNER4))],
  "TZSP of another version": [37008, hex("02 00 0001 01", frame(INNER4))],
  "TZSP with 802.11": [37008, hex("01 00 0012 01", frame(INNER4))],
  "TZSP with fields without end": [37008, concatBytes(hex("01 00 0001"), new Uint8Array(100))],
};

for (const [name, [port, payload]] of Object.entries(LOOKALIKES)) {
  Deno.test(`decodePacket() keeps the outer packet of ${name}`, () => {
    assert.deepEqual(sourceOf(ipv4(OUTER, udp(50000, port, payload))), [OUTER.source, false]);
  });
}
