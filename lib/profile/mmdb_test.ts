import assert from "node:assert/strict";
import fc from "fast-check";
import { Mmdb } from "./mmdb.ts";
import { originOf } from "./origins.ts";

const encoder = new TextEncoder();

/** A value of the format: text, numbers, maps. */
function encode(value: unknown): number[] {
  if (typeof value === "string") {
    const bytes = encoder.encode(value);
    return [...control(2, bytes.length), ...bytes];
  }
  if (typeof value === "number") {
    return [...control(6, 4), value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
  }
  const entries = Object.entries(value as object);
  return [...control(7, entries.length), ...entries.flat().flatMap(encode)];
}

function control(type: number, size: number): number[] {
  return size < 29 ? [type << 5 | size] : [type << 5 | 29, size - 29];
}

/** A file that knows `record` for the one network `bits`. */
function mmdb(bits: string, record: unknown, size: 24 | 28 | 32, version: 4 | 6): Uint8Array {
  const nodes = bits.length;
  const tree = [...bits].flatMap((bit, node) => {
    const next = node + 1 < nodes ? node + 1 : nodes + 16;
    return pair(bit === "0" ? [next, nodes] : [nodes, next], size);
  });
  const metadata = { node_count: nodes, record_size: size, ip_version: version };
  return Uint8Array.from([
    ...tree,
    ...Array(16).fill(0),
    ...encode(record),
    ...[0xab, 0xcd, 0xef],
    ...encoder.encode("MaxMind.com"),
    ...encode(metadata),
  ]);
}

function pair([left, right]: readonly [number, number], size: number): number[] {
  const bytes = (value: number) => [value >>> 16 & 255, value >>> 8 & 255, value & 255];
  if (size === 24) return [...bytes(left), ...bytes(right)];
  if (size === 28) {
    return [...bytes(left), left >>> 24 << 4 | right >>> 24, ...bytes(right)];
  }
  return [left >>> 24, ...bytes(left), right >>> 24, ...bytes(right)];
}

const V4 = "110000000000000000000010"; // 192.0.2.0/24
const RECORD = {
  country: { iso_code: "NL" },
  autonomous_system_number: 64_500,
  autonomous_system_organization: "Example Network",
};

Deno.test("Mmdb finds the record of a network in files of every record size", async () => {
  for (const size of [24, 28, 32] as const) {
    const file = (await Mmdb.open(mmdb(V4, RECORD, size, 4)))!;
    assert.deepEqual(originOf([file], "192.0.2.7"), {
      ...{ country: "NL", asn: 64_500, as_name: "Example Network" },
    });
    for (const other of ["192.0.3.7", "10.0.0.1", "2001:db8::1", "Unknown"]) {
      assert.equal(file.get(other), undefined, other);
    }
  }
});

Deno.test("Mmdb finds IPv4 addresses below 96 zeros in a file of IPv6 addresses", async () => {
  const file = (await Mmdb.open(mmdb("0".repeat(96) + V4, RECORD, 28, 6)))!;
  assert.equal(originOf([file], "192.0.2.7")?.country, "NL");
  assert.equal(originOf([file], "::192.0.2.7")?.country, "NL");
  assert.equal(originOf([file], "2001:db8::1"), undefined);
});

Deno.test("Mmdb reads what ip-location-db writes", async () => {
  const file =
    (await Mmdb.open(mmdb(V4, { country_code: "DE", asn: "AS64500", as_name: "x" }, 24, 4)))!;
  assert.deepEqual(originOf([file], "192.0.2.7"), { country: "DE", asn: 64_500, as_name: "x" });
});

Deno.test("Mmdb makes nothing fail and nothing endless out of a damaged file", async () => {
  const whole = mmdb(V4, RECORD, 28, 4);
  assert.equal(await Mmdb.open(new Uint8Array()), undefined);
  const damage = fc.tuple(
    fc.nat(whole.length),
    fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))),
  );
  await fc.assert(
    fc.asyncProperty(damage, async ([cut, changes]) => {
      const bytes = whole.slice();
      for (const [at, byte] of changes) bytes[at] = byte;
      for (const file of [await Mmdb.open(bytes), await Mmdb.open(bytes.subarray(cut))]) {
        if (file !== undefined) originOf([file], "192.0.2.7");
      }
    }),
  );
  // A pointer to itself.
  const loop = mmdb(V4, "", 24, 4);
  const record = V4.length * 6 + 16;
  loop.set([0x20, 0], record);
  assert.equal((await Mmdb.open(loop))?.get("192.0.2.7"), undefined);
});
