/** SSH: identification, packets, key exchange lists. */
import assert from "node:assert/strict";
import { concatBytes } from "../../../lib/bytes.ts";
import { hassh, hasshServer } from "../../../lib/fingerprint/hassh.ts";
import {
  isIdentification,
  isIdentificationBegun,
  parseIdentification,
} from "../../../lib/ssh/identification.ts";
import { names, parseKexInit } from "../../../lib/ssh/kexinit.ts";
import { parsePacket } from "../../../lib/ssh/packet.ts";
import { latin1Bytes } from "../../../lib/text/latin1.ts";
import { nameLists, sshOpening } from "../../support/ssh_script.ts";
import { streamsWhere } from "../captured.ts";
import { choice } from "../pieces.ts";
import type { FuzzTarget } from "../target.ts";

/** Of a longer stream the rest is encrypted. */
const MAX_SEED = 4096;

const MAX_PACKETS = 50;

export const SSH: FuzzTarget = {
  name: "ssh",
  words: ["SSH-2.0-", "SSH-1.99-", "\r\n", "\n", ",", "none", "curve25519-sha256", "\x1b[31m"],
  seeds: () => [
    sshOpening("SSH-2.0-OpenSSH_9.2p1 Debian-2", nameLists("curve25519-sha256,kex-strict")),
    concatBytes(
      latin1Bytes("Authorised users only.\r\nSecond line\n"),
      sshOpening("SSH-1.99-Cisco-1.25", nameLists("")),
    ),
    ...streamsWhere(isIdentification).map((stream) => stream.subarray(0, MAX_SEED)),
  ],
  run(input) {
    const whole = identification(input);
    const early = identification(input.subarray(0, choice(input, input.length)));
    // More bytes do not change what was clear.
    assert.ok(early === "incomplete" || early === whole, `${early} became ${whole}`);
    isIdentificationBegun(input);
    const result = parseIdentification(input);
    return `${whole.slice(0, 12)} ${packets(input.subarray(lengthOf(result)))}`;
  },
};

function identification(bytes: Uint8Array): string {
  const result = parseIdentification(bytes);
  if (typeof result === "string") return result;
  assert.ok(result.length <= bytes.length && result.banner.startsWith("SSH-"));
  assert.doesNotMatch(result.banner, /\n/);
  return JSON.stringify(result);
}

function lengthOf(result: ReturnType<typeof parseIdentification>): number {
  return typeof result === "string" ? 0 : result.length;
}

function packets(bytes: Uint8Array): string {
  let kinds = "";
  let rest = bytes;
  for (let count = 0; count < MAX_PACKETS; count++) {
    const packet = parsePacket(rest);
    if (typeof packet === "string") return kinds + packet;
    assert.ok(packet.payload.length > 0 && packet.length <= rest.length);
    assert.ok(packet.payload.length < packet.length);
    kinds += keyExchange(packet.payload);
    rest = rest.subarray(packet.length);
  }
  return kinds;
}

function keyExchange(payload: Uint8Array): string {
  const lists = parseKexInit(payload);
  if (lists === undefined) return "-";
  const listed = Object.values(lists).join("");
  assert.ok(listed.length <= payload.length);
  for (const { hash, raw } of [hassh(lists), hasshServer(lists)]) {
    assert.match(hash, /^[0-9a-f]{32}$/);
    assert.equal(raw.split(";").length >= 4, true);
  }
  return names(lists.kexAlgorithms).length > 1 ? "K" : "k";
}
