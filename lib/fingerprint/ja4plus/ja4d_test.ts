import assert from "node:assert/strict";
import { fromHex } from "../../bytes.ts";
import { parseDhcpv4 } from "../../dhcp/dhcpv4.ts";
import { parseDhcpv6 } from "../../dhcp/dhcpv6.ts";
import {
  dhcpv4,
  dhcpv6,
  END,
  option4,
  option6,
  relay6,
} from "../../../tests/support/dhcp_messages.ts";
import { latin1Bytes } from "../../text/latin1.ts";
import { ja4d, ja4d6 } from "./ja4d.ts";

function v4(...options: Uint8Array[]): string {
  return ja4d(parseDhcpv4(dhcpv4([...options, END]))!);
}

function v6(type: number, ...options: Uint8Array[]): string {
  return ja4d6(parseDhcpv6(dhcpv6(type, ...options))!);
}

const ADDRESS = option4(50, 192, 0, 2, 1);

Deno.test("ja4d() gives the value published for an iPhone", () => {
  assert.equal(
    v4(
      option4(53, 3),
      option4(55, 1, 121, 3, 6, 15, 108, 114, 119, 252),
      option4(57, 5, 220),
      option4(61, 1),
      ADDRESS,
      option4(51, 0, 0x76, 0xa7, 0),
      option4(12, 0x61),
    ),
    "reqst1500in_55-57-61-51-12_1-121-3-6-15-108-114-119-252",
  );
});

Deno.test("ja4d() writes 00 for empty lists", () => {
  assert.equal(v4(option4(53, 1)), "disco0000nn_00_00");
  assert.equal(v4(option4(53, 1), ADDRESS, option4(55)), "disco0000in_55_00");
});

Deno.test("ja4d() has five characters for every message type", () => {
  const starts = Array.from({ length: 20 }, (_, index) => v4(option4(53, index)).slice(0, 5));
  assert.deepEqual(starts, [
    ...["00000", "disco", "offer", "reqst", "decln", "dpack", "dpnak", "relse", "infor", "frenw"],
    ...["lqery", "lunas", "lunkn", "lactv", "blklq", "lqdon", "actlq", "lqsta", "dhtls", "00019"],
  ]);
});

Deno.test("ja4d() writes sizes of at most 9999", () => {
  assert.match(v4(option4(53, 1), option4(57, 2, 64)), /^disco0576nn_57_/);
  assert.match(v4(option4(53, 1), option4(57, 0xff, 0xff)), /^disco9999nn/);
});

Deno.test("ja4d() marks a domain name and does not list its option", () => {
  const name = option4(81, 0, 0, 0, ...latin1Bytes("a.b"));
  assert.equal(v4(option4(53, 1), name, option4(12, 1)), "disco0000nd_12_00");
});

Deno.test("ja4d6() gives the value published for Windows 11", () => {
  assert.equal(
    v6(
      1,
      option6(8, [0, 0]),
      option6(1, new Uint8Array(14)),
      option6(3, new Uint8Array(12)),
      option6(39, [0, 7], latin1Bytes("DESKTOP"), [0]),
      option6(16, fromHex("00000137")),
      option6(6, [0, 17, 0, 23, 0, 24, 0, 39]),
    ),
    "solct0014nn_8-1-3-39-16-6_17-23-24-39",
  );
});

Deno.test("ja4d6() marks temporary addresses and names with a domain", () => {
  assert.equal(v6(3, option6(4, new Uint8Array(4))), "reqst0000in_4_00");
  assert.equal(v6(3, option6(39, fromHex("00016101620163"))), "reqst0000nd_39_00");
  assert.equal(v6(3, option6(39, fromHex("000161016200"))), "reqst0000nd_39_00");
  assert.equal(v6(3, option6(39, fromHex("00016100"))), "reqst0000nn_39_00");
  // Without its end the name may go on: Wireshark takes it for a domain.
  assert.equal(v6(3, option6(39, fromHex("000161"))), "reqst0000nd_39_00");
  assert.equal(v6(3), "reqst0000nn_00_00");
});

Deno.test("ja4d6() has five characters for every message type", () => {
  const starts = Array.from(
    { length: 39 },
    (_, type) => ja4d6({ ...parseDhcpv6(dhcpv6(1))!, types: [type] }).slice(0, 5),
  );
  assert.deepEqual(starts, [
    ...["00000", "solct", "advrt", "reqst", "confm", "renew", "rebnd", "reply", "relse", "decln"],
    ...["recon", "inreq", "rlayf", "rlayr", "query", "qrply", "qdone", "qdata", "rereq", "rrply"],
    ...["v4qry", "v4res", "acqry", "sttls", "bdudp", "brply", "poreq", "pores", "urqst", "ureqa"],
    ...["udone", "conne", "connr", "dconn", "state", "conta", "arinf", "arrep", "00038"],
  ]);
});

Deno.test("ja4d6() of a relayed message tells of both", () => {
  const relayed = relay6(
    12,
    option6(18, [1]),
    option6(9, dhcpv6(1, option6(1, new Uint8Array(10)))),
  );
  assert.equal(ja4d6(parseDhcpv6(relayed)!), "rlayfsolct0010nn_18-9-1_00");
});
