import assert from "node:assert/strict";
import { address } from "../../tests/support/packet_builder.ts";
import { foldChecksum, sumWords } from "./checksum.ts";
import { PROTOCOL, putU16, writeIp } from "./ip_packet.ts";
import { quoteChanges } from "./quote_changes.ts";
import { writeUdp } from "./udp.ts";

const PAIR = { source: address("192.0.2.1"), destination: address("203.0.113.7") };
const PORTS = { sourcePort: 40000, destinationPort: 33434 };
const SENT = writeIp(
  { ...PAIR, protocol: PROTOCOL.udp, id: 0x1234 },
  writeUdp({ ...PAIR, ...PORTS }, 100, 0x43),
);
const OPTIONED = writeIp(
  { ...PAIR, protocol: PROTOCOL.udp, options: Uint8Array.of(0x91, 39, 0, 0) },
  writeUdp({ ...PAIR, ...PORTS }, 100, 0x43),
);
const PAIR6 = { source: address("2001:db8::1"), destination: address("2001:db8::2") };
const SENT6 = writeIp(
  { ...PAIR6, protocol: PROTOCOL.udp },
  writeUdp({ ...PAIR6, ...PORTS }, 100, 0x43),
);
const UNKNOWN6 = writeIp({ ...PAIR6, protocol: PROTOCOL.experimental }, new Uint8Array(40));

/** A quote with some bytes changed; its header's checksum follows unless told not to. */
function changed(sent: Uint8Array, at: number, value: number, follows = true): Uint8Array {
  const quote = sent.slice();
  putU16(quote, at, value);
  const headerLength = (quote[0]! & 0x0f) * 4;
  if (follows && quote[0]! >> 4 === 4 && at < headerLength) {
    putU16(quote, 10, 0);
    putU16(quote, 10, foldChecksum(sumWords(quote, 0, headerLength)));
  }
  return quote;
}

Deno.test("quoteChanges() finds nothing in what routers change, and in what is not quoted", () => {
  assert.deepEqual(quoteChanges(SENT, SENT), []);
  assert.deepEqual(quoteChanges(SENT, changed(SENT, 8, 3 << 8 | PROTOCOL.udp)), []);
  assert.deepEqual(quoteChanges(SENT, changed(SENT, 0, 0x45b8)), []);
  assert.deepEqual(quoteChanges(SENT, SENT.subarray(0, 28)), []);
  assert.deepEqual(quoteChanges(SENT, SENT.subarray(0, 24)), []);
  assert.deepEqual(quoteChanges(SENT6, SENT6.subarray(0, 60)), []);
  assert.deepEqual(quoteChanges(SENT6, changed(SENT6, 6, PROTOCOL.udp << 8 | 3)), []);
  assert.deepEqual(quoteChanges(UNKNOWN6, UNKNOWN6), []);
});

Deno.test("quoteChanges() names every change of an IPv4 packet", () => {
  const cases: readonly (readonly [quote: Uint8Array, changes: readonly string[]])[] = [
    [changed(SENT, 2, 128 - 20), ["length-20"]],
    [changed(SENT, 2, 128 + 20), ["length+20"]],
    [changed(SENT, 2, 0x8000), ["length_swapped"]],
    [changed(SENT, 4, 0x3412), ["id_swapped"]],
    [changed(SENT, 4, 0), ["id_zero"]],
    [changed(SENT, 4, 0x1235), ["id"]],
    [changed(SENT, 6, 0x0040), ["fragment_swapped"]],
    [changed(SENT, 6, 0), ["fragment_zero"]],
    [changed(SENT, 10, 0, false), ["checksum_zero"]],
    [changed(SENT, 10, 0x1111, false), ["checksum"]],
    [changed(SENT, 4, 0, false), ["id_zero", "checksum"]],
    [changed(SENT, 26, 0), ["udp_checksum_zero"]],
    [changed(SENT, 26, 0x1111), ["udp_checksum"]],
    [changed(SENT, 100, 0), ["payload"]],
    [changed(SENT, 22, 1), ["payload"]],
    [changed(OPTIONED, 22, 0x0101), ["options"]],
    [changed(SENT, 0, 0x4600), ["header"]],
    [SENT.subarray(0, 19), ["header"]],
  ];
  for (const [quote, changes] of cases) {
    const sent = quote.length === OPTIONED.length ? OPTIONED : SENT;
    assert.deepEqual(quoteChanges(sent, quote), changes, quote.toHex());
  }
});

Deno.test("quoteChanges() names every change of an IPv6 packet", () => {
  assert.deepEqual(quoteChanges(SENT6, changed(SENT6, 4, 107)), ["length-1"]);
  assert.deepEqual(quoteChanges(SENT6, changed(SENT6, 6, 58 << 8 | 64)), ["next_header"]);
  assert.deepEqual(quoteChanges(SENT6, changed(SENT6, 46, 0)), ["udp_checksum_zero"]);
  assert.deepEqual(quoteChanges(SENT6, changed(SENT6, 60, 0)), ["payload"]);
  assert.deepEqual(quoteChanges(UNKNOWN6, changed(UNKNOWN6, 46, 1)), ["payload"]);
});
