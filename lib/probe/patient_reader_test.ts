import assert from "node:assert/strict";
import { settled } from "../../tests/support/fake_stream.ts";
import type { Connection } from "./connection.ts";
import { PatientReader } from "./patient_reader.ts";
import { ProbeFailure } from "./probe.ts";

/** A connection whose reads wait for the test. */
function waiting() {
  const reads: PromiseWithResolvers<Uint8Array | undefined>[] = [];
  const connection: Connection = {
    read() {
      const read = Promise.withResolvers<Uint8Array | undefined>();
      reads.push(read);
      return read.promise;
    },
    write: () => Promise.resolve(),
    close: () => {},
  };
  return { reader: new PatientReader(connection), reads };
}

Deno.test("PatientReader gives bytes and the end as they come", async () => {
  const { reader, reads } = waiting();
  const first = reader.read(Infinity);
  reads[0]!.resolve(Uint8Array.of(1));
  assert.deepEqual(await first, Uint8Array.of(1));
  const second = reader.read(60_000);
  reads[1]!.resolve(undefined);
  assert.equal(await second, undefined);
});

Deno.test("PatientReader gives what comes after a silence to the next call, with one read", async () => {
  const { reader, reads } = waiting();
  assert.equal(await reader.read(0), "silent");
  assert.equal(await reader.read(0), "silent");
  assert.equal(reads.length, 1);
  reads[0]!.resolve(Uint8Array.of(1));
  assert.deepEqual(await reader.read(60_000), Uint8Array.of(1));
});

Deno.test("PatientReader hands failures on, and drops those that nobody waits for", async () => {
  const { reader, reads } = waiting();
  const failure = new ProbeFailure("closed", "reset");
  const first = reader.read(60_000);
  reads[0]!.reject(failure);
  await assert.rejects(first, failure);

  const left = waiting();
  assert.equal(await left.reader.read(0), "silent");
  left.reads[0]!.reject(failure);
  await settled();
});
