/** Community ID against the values that come with its specification. */
import assert from "node:assert/strict";
import { addressBytes, formatAddress } from "../../lib/net/address.ts";
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { communityId } from "../../lib/net/community_id.ts";
import { decodePacket, Packet } from "../../lib/net/packet.ts";
import { type Requirement, testNeeding } from "../support/requirements.ts";

interface BaselineFlow {
  readonly proto: number;
  readonly saddr: string;
  readonly daddr: string;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly communityid: string;
}

const FOLDER = new URL("../../../shared/corpus/communityid/", import.meta.url);

const HAS_BASELINE: Requirement = {
  optional: true,
  unmet: () => {
    try {
      Deno.statSync(FOLDER);
      return undefined;
    } catch {
      return "no corpus";
    }
  },
};

function baseline(name: string): BaselineFlow[] {
  return JSON.parse(Deno.readTextFileSync(new URL(`baseline_${name}.json`, FOLDER)));
}

/** Community IDs of all packets of a capture. */
function idsOf(capture: Uint8Array, seed: number): Set<string> {
  const ids = new Set<string>();
  const packet = new Packet();
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    if (!decodePacket(packet, bytes, offset, captured, wire, micros, linkType)) return;
    const { addressLength, protocol } = packet;
    const address = (at: number) => bytes.subarray(at, at + addressLength);
    const source = address(packet.sourceOffset);
    const destination = address(packet.destinationOffset);
    const { sourcePort, destinationPort } = packet;
    const id = communityId(protocol, source, sourcePort, destination, destinationPort, seed);
    ids.add(`${protocol} ${formatAddress(source)} ${formatAddress(destination)} ${id}`);
  });
  reader.push(capture);
  reader.end();
  assert.equal(reader.damage, undefined);
  return ids;
}

for (const [name, seed] of [["deflt", 0], ["seed1", 1]] as const) {
  testNeeding([HAS_BASELINE], `Community ID of the listed flows, seed ${seed}`, () => {
    for (const { proto, saddr, daddr, sport, dport, communityid } of baseline(name)) {
      const id = communityId(
        proto,
        addressBytes(saddr)!,
        sport ?? 0,
        addressBytes(daddr)!,
        dport ?? 0,
        seed,
      );
      assert.equal(id, communityid, `${proto} ${saddr} ${sport} ${daddr} ${dport}`);
    }
  });

  testNeeding([HAS_BASELINE], `Community ID of the packets of the captures, seed ${seed}`, () => {
    const wanted = new Set(
      baseline(name).map(({ proto, saddr, daddr, communityid }) =>
        `${proto} ${saddr} ${daddr} ${communityid}`
      ),
    );
    const found = new Set<string>();
    for (const { name: file } of Deno.readDirSync(new URL("pcaps/", FOLDER))) {
      if (!file.endsWith(".pcap")) continue;
      const capture = Deno.readFileSync(new URL(`pcaps/${file}`, FOLDER));
      for (const id of idsOf(capture, seed)) found.add(id);
    }
    assert.deepEqual([...found].sort(), [...wanted].sort());
  });
}

testNeeding([HAS_BASELINE], "Community ID before base64", () => {
  for (const [index, { communityid }] of baseline("nob64").entries()) {
    const encoded = baseline("deflt")[index]!.communityid.slice(2);
    assert.equal(`1:${Uint8Array.fromBase64(encoded).toHex()}`, communityid);
  }
});
