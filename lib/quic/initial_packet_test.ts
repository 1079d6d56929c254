import fc from "fast-check";
import assert from "node:assert/strict";
import { QUIC_V1, sealInitial } from "../../tests/support/quic_packets.ts";
import {
  CLIENT_FRAMES,
  CONNECTION_ID,
  QUIC_VECTORS,
  SERVER_FRAMES,
} from "../../tests/support/quic_vectors.ts";
import { concatBytes, fromHex, toHex } from "../bytes.ts";
import { initialKeys, initialSecret } from "./initial_keys.ts";
import { openInitial } from "./initial_packet.ts";
import { parseLongHeader } from "./long_header.ts";

/** Frames of a packet of the RFCs' connection that stands at `offset` of `bytes`. */
function open(bytes: Uint8Array, side: "client" | "server", offset = 0): Uint8Array | undefined {
  const header = parseLongHeader(bytes, offset, bytes.length);
  assert.ok(header !== undefined);
  const { labelPrefix, salts } = header.style;
  const secret = initialSecret(salts[0]!, CONNECTION_ID);
  return openInitial(bytes, header, initialKeys(secret, labelPrefix, side));
}

for (const vector of QUIC_VECTORS) {
  const { version } = vector;

  Deno.test(`openInitial() opens the packets of the RFC for version ${version.toString(16)}`, () => {
    // The whole packet is known by its beginning and by the tag over all of it.
    const client = sealInitial({
      version,
      connectionId: CONNECTION_ID,
      number: 2,
      numberLength: 4,
      frames: CLIENT_FRAMES,
    });
    assert.equal(client.length, 1200);
    assert.ok(toHex(client).startsWith(vector.clientPacket[0]));
    assert.ok(toHex(client).endsWith(vector.clientPacket[1]));
    assert.equal(toHex(open(client, "client")!), toHex(CLIENT_FRAMES));
    const server = fromHex(vector.serverPacket);
    assert.equal(toHex(open(server, "server")!), toHex(SERVER_FRAMES));
    assert.equal(open(server, "client"), undefined);
  });
}

Deno.test("openInitial() takes packet numbers of every length, and leaves the packet as it is", () => {
  const numbers = fc.constantFrom(...[1, 2, 3, 4] as const).chain((numberLength) =>
    fc.record({
      numberLength: fc.constant(numberLength),
      number: fc.nat(256 ** numberLength - 1),
      frames: fc.uint8Array({ minLength: 4, maxLength: 60 }),
      token: fc.uint8Array({ maxLength: 30 }),
      source: fc.uint8Array({ maxLength: 20 }),
    })
  );
  fc.assert(fc.property(numbers, fc.nat(9), (parts, offset) => {
    const packet = sealInitial({ version: QUIC_V1, connectionId: CONNECTION_ID, ...parts });
    const bytes = concatBytes(new Uint8Array(offset), packet, new Uint8Array(5));
    const before = bytes.slice();
    assert.equal(toHex(open(bytes, "client", offset)!), toHex(parts.frames));
    assert.deepEqual(bytes, before);
  }));
});

Deno.test("openInitial() returns undefined when a single bit is not authentic", () => {
  const packet = sealInitial({ connectionId: CONNECTION_ID, frames: new Uint8Array(30) });
  // The first bytes decide how the rest is read; whatever follows them only changes.
  for (let offset = 6 + CONNECTION_ID.length + 4; offset < packet.length; offset++) {
    const changed = packet.slice();
    changed[offset]! ^= 1;
    assert.equal(open(changed, "client"), undefined, `byte ${offset}`);
  }
});

Deno.test("openInitial() returns undefined for a packet that is too short for its sample", () => {
  const header = "c000000001088394c8f03e5157080000";
  for (const length of [0, 1, 4, 19, 20, 21]) {
    const bytes = concatBytes(fromHex(header), Uint8Array.of(length), new Uint8Array(length));
    assert.equal(open(bytes, "client"), undefined, `${length} bytes`);
  }
});
