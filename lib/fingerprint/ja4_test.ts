import fc from "fast-check";
import assert from "node:assert/strict";
import { clientHello, helloOfJa3 } from "../../tests/support/client_hello.ts";
import { sha256Hex } from "../hash.ts";
import type { ClientHello } from "../tls/client_hello.ts";
import { Ja4 } from "./ja4.ts";

const BROWSER_CIPHERS =
  "4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53";

/** The example of the specification, GREASE added. */
const BROWSER = helloOfJa3(
  `771,2570-${BROWSER_CIPHERS},14906-27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21-6682,,`,
  {
    signatureAlgorithms: [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
    supportedVersions: [0x4a4a, 0x0304, 0x0303],
  },
);

function partA(parts: Partial<ClientHello>, transport: "t" | "q" | "d" = "t"): string {
  return new Ja4(clientHello(parts), transport).ja4.split("_")[0]!;
}

function alpnOf(...bytes: number[]): string {
  return partA({ alpn: [Uint8Array.from(bytes), Uint8Array.of(0x68, 0x32)] }).slice(-2);
}

Deno.test("Ja4 gives the four forms of the specification's example", () => {
  const { ja4, ja4Raw, ja4Original, ja4OriginalRaw } = new Ja4(BROWSER, "t");
  assert.equal(ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
  const algorithms = "0403,0804,0401,0503,0805,0501,0806,0601";
  assert.equal(
    ja4Raw,
    "t13d1516h2_" +
      "002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_" +
      `0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_${algorithms}`,
  );
  assert.equal(ja4Original, "t13d1516h2_acb858a92679_18f69afefd3d");
  assert.equal(
    ja4OriginalRaw,
    "t13d1516h2_" +
      "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035_" +
      "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015_" +
      algorithms,
  );
});

Deno.test("Ja4 has no underscore in part c without signature algorithms", () => {
  const hello = { ...BROWSER, signatureAlgorithms: [] };
  assert.equal(new Ja4(hello, "t").ja4, "t13d1516h2_8daaf6152771_6d807ffa2a79");
  const { ja4Raw } = new Ja4({ ...hello, signatureAlgorithms: [0x0a0a] }, "t");
  assert.ok(ja4Raw.endsWith(",ff01"), ja4Raw);
});

Deno.test("Ja4 has zeros for empty lists", () => {
  const { ja4, ja4Raw, ja4Original, ja4OriginalRaw } = new Ja4(clientHello({}), "t");
  assert.equal(ja4, "t12i000000_000000000000_000000000000");
  assert.equal(ja4Original, ja4);
  assert.equal(ja4Raw, "t12i000000__");
  assert.equal(ja4OriginalRaw, ja4Raw);
  const named = clientHello({ extensions: [16, 0], serverName: "a" });
  assert.match(new Ja4(named, "t").ja4, /^t12d000200_0{12}_0{12}$/);
  assert.match(new Ja4(named, "t").ja4Original, /_0{12}_(?!0{12})/);
});

Deno.test("Ja4 begins with the transport and the newest version", () => {
  assert.match(partA({ supportedVersions: [0x0303, 0x0304] }, "q"), /^q13/);
  assert.match(partA({ supportedVersions: [0x0a0a] }), /^t12/);
  assert.match(partA({ supportedVersions: [0x7f1c, 0x0304] }), /^t00/);
  assert.match(partA({ legacyVersion: 0x0300 }), /^ts3/);
  assert.match(partA({ legacyVersion: 0x0002 }), /^ts2/);
  assert.match(partA({ legacyVersion: 0xfeff, dtls: true }, "d"), /^dd1/);
  assert.match(partA({ legacyVersion: 0xfefd, dtls: true }, "d"), /^dd2/);
  const versions = { supportedVersions: [0xfefd, 0xfefc], legacyVersion: 0xfefd };
  assert.match(partA({ ...versions, dtls: true }, "d"), /^dd3/);
});

Deno.test("Ja4 says d where server_name is present, though empty", () => {
  assert.match(partA({ extensions: [0], serverName: "" }), /^t12d/);
  assert.match(partA({ extensions: [1] }), /^t12i/);
});

Deno.test("Ja4 counts without GREASE, up to 99", () => {
  const many = Array.from({ length: 100 }, (_, index) => index + 0x100);
  assert.equal(partA({ cipherSuites: [...many, 0x1a1a], extensions: many }), "t12i999900");
  assert.equal(
    partA({ cipherSuites: [0x00ff, 0x5600, 0x1a1a], extensions: [0x2a2a] }),
    "t12i020000",
  );
});

Deno.test("Ja4 takes the first protocol only, by its ends or their hexadecimal", () => {
  assert.equal(alpnOf(0x68, 0x33), "h3");
  assert.equal(alpnOf(0x68), "hh");
  assert.equal(alpnOf(), "00");
  assert.equal(alpnOf(0xab), "ab");
  assert.equal(alpnOf(0xab, 0xcd), "ad");
  assert.equal(alpnOf(0x30, 0xab), "3b");
  assert.equal(alpnOf(0x30, 0x31, 0xab, 0xcd), "3d");
  assert.equal(alpnOf(0x30, 0xab, 0xcd, 0x31), "01");
  assert.equal(partA({ extensions: [16] }).slice(-2), "00");
});

Deno.test("Ja4 sorts lists of any length, repetitions included", () => {
  const numbers = fc.array(fc.nat(0xffff).map((number) => number | 1), { maxLength: 200 });
  fc.assert(fc.property(numbers, (cipherSuites) => {
    const { ja4, ja4Raw, ja4OriginalRaw } = new Ja4(clientHello({ cipherSuites }), "t");
    const hex = cipherSuites.map((cipher) => cipher.toString(16).padStart(4, "0"));
    assert.equal(ja4OriginalRaw.split("_")[1], hex.join());
    const sorted = hex.toSorted().join();
    assert.equal(ja4Raw.split("_")[1], sorted);
    const hash = sorted === "" ? "000000000000" : sha256Hex(sorted).slice(0, 12);
    assert.equal(ja4.split("_")[1], hash);
  }));
});
