import assert from "node:assert/strict";
import fc from "fast-check";
import { putU32 } from "./ip_packet.ts";
import { writeSyn } from "./syn.ts";
import { SynTemplate } from "./syn_template.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const port = fc.integer({ min: 1, max: 65535 });

Deno.test("SynTemplate.write() makes the packet that writeSyn() writes, whatever was there before", () => {
  const source = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      source,
      port,
      port,
      word,
      fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 4 }),
      (source, sourcePort, destinationPort, timestamp, targets) => {
        const fields = { source, sourcePort, destinationPort, timestamp };
        const template = new SynTemplate(fields);
        const bytes = new Uint8Array(template.packet.length + 20);
        bytes.set(template.packet, 10);
        for (const [address, sequence] of targets) {
          template.write(bytes, 10, address, sequence);
          const destination = new Uint8Array(4);
          putU32(destination, 0, address);
          const expected = writeSyn({
            ...fields,
            destination,
            sequence,
            id: sequence & 0xffff || 1,
          });
          assert.equal(bytes.subarray(10, -10).toHex(), expected.toHex());
        }
      },
    ),
  );
});

Deno.test("SynTemplate.write() leaves no identification 0, which the kernel would replace", () => {
  const fields = { source: new Uint8Array(4), sourcePort: 1, destinationPort: 2, timestamp: 3 };
  const { packet } = new SynTemplate(fields);
  new SynTemplate(fields).write(packet, 0, 1, 0x12340000);
  assert.deepEqual([...packet.subarray(4, 6)], [0, 1]);
});
