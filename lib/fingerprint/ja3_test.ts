import fc from "fast-check";
import assert from "node:assert/strict";
import { clientHello, helloOfJa3 } from "../../tests/support/client_hello.ts";
import { ja3 } from "./ja3.ts";

Deno.test("ja3() gives the published example of its authors", () => {
  const ja3Raw = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0";
  const expected = { ja3: "ada70206e40642a3e4461f35503241d5", ja3Raw };
  assert.deepEqual(ja3(helloOfJa3(ja3Raw)), expected);
});

Deno.test("ja3() of a hello without extensions keeps the commas", () => {
  const ja3Raw = "769,4-5-10-9-100-98-3-6-19-18-99,,,";
  const expected = { ja3: "de350869b8c85de67a350c8d186f11e6", ja3Raw };
  assert.deepEqual(ja3(helloOfJa3(ja3Raw)), expected);
});

Deno.test("ja3() leaves GREASE out, and nothing that only looks like it", () => {
  const hello = clientHello({
    cipherSuites: [0x1a1a, 0x1301, 0x1a2a, 0xfafa],
    extensions: [0x0a0a, 10, 0x0a1a, 0x2a2a],
    supportedGroups: [0x3a3a, 29],
    pointFormats: [0, 0x0a, 0x1a],
  });
  assert.equal(ja3(hello).ja3Raw, "771,4865-6698,10-2586,29,0-10-26");
});

Deno.test("ja3() keeps order and repetitions, and takes legacy_version", () => {
  const hello = clientHello({
    cipherSuites: [3, 1, 3],
    extensions: [51, 0, 51],
    supportedVersions: [0x0304],
  });
  assert.equal(ja3(hello).ja3Raw, "771,3-1-3,51-0-51,,");
});

Deno.test("ja3() is an MD5 whatever is in the lists", () => {
  const numbers = fc.array(fc.nat(0xffff));
  fc.assert(fc.property(numbers, numbers, numbers, (cipherSuites, extensions, supportedGroups) => {
    const result = ja3(clientHello({ cipherSuites, extensions, supportedGroups }));
    assert.match(result.ja3, /^[0-9a-f]{32}$/);
    assert.match(result.ja3Raw, /^771(,(\d+(-\d+)*)?){3},$/);
  }));
});
