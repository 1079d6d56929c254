/** What users, lists and our own files say: targets, addresses, ports, the decoys, places in logs. */
import assert from "node:assert/strict";
import {
  addressBytes,
  formatAddress,
  parseAddress,
  splitHostPort,
} from "../../../lib/net/address.ts";
import { MAX_ANCHORS, MAX_BEFORE, parseLogCursor } from "../../../lib/log/cursor.ts";
import { compareAge, parseRotatedName } from "../../../lib/log/rotated_names.ts";
import {
  addressFromNumber,
  AddressSet,
  parseRange,
  rangeSize,
} from "../../../lib/net/address_range.ts";
import { hashOf } from "../../../lib/log/signature.ts";
import { hostPort } from "../../../lib/net/host_port.ts";
import { parsePorts } from "../../../lib/net/ports.ts";
import { hostCount, hostsOf, parseTarget } from "../../../lib/probe/target_spec.ts";
import { readDecoyState } from "../../../lib/sniff/home.ts";
import type { FuzzTarget } from "../target.ts";

const HASH = hashOf(new Uint8Array(8));

const TEXTS = [
  ...["192.0.2.7", "192.0.2.7:443", "2001:db8::1", "[2001:db8::1]:8443", "fe80::1%eth0", "::"],
  ...["::ffff:192.0.2.7", "1:2:3:4:5:6:7.8.9.10", "decoy.example", "a.b_c-d.example:65535"],
  ...["192.0.2.0/24", "2001:db8::/120", "192.0.2.10-20", "192.0.2.1-192.0.2.9", "::1-::ff"],
  ...["443,8443", "8000-8010,9000", "1-65535"],
  '{"config":{"deckies":[{"name":"omega","ip":" 192.0.2.7 "},{"name":"","ip":"::1"}],' +
  '"interface":"eth0"},"other":[[[]]]}',
  JSON.stringify({
    ...{ v: 1, offset: 5000, head: HASH, tail: HASH, dev: 1, ino: 2 },
    ...{ before: [{ size: 4, hash: HASH }], anchors: [{ offset: 4096, tail: HASH }] },
  }),
  ...["a.json.1", "a.json-20260101.gz", "a.20260101-120000.json", "a.1.json.zst"],
];

export const TEXT: FuzzTarget = {
  name: "text",
  words: [
    ...[
      ".",
      ":",
      "::",
      "/",
      "-",
      ",",
      "[",
      "]",
      "%",
      "0x7f",
      "255",
      "256",
      "65535",
      "65536",
      "/32",
    ],
    ...[
      "/128",
      "/0",
      "-255",
      ":0",
      "ffff",
      '{"config":',
      '{"deckies":[',
      '"ip":"',
      '"name":"',
      "}]",
    ],
  ],
  seeds: () => TEXTS.map((text) => new TextEncoder().encode(text)),
  run(input) {
    if (input.length === 4 || input.length === 16) bytes(input);
    const text = new TextDecoder().decode(input);
    return [
      ...[target(text), address(text), range(text), ports(text), state(text)],
      ...[cursor(text), rotatedName(text)],
    ].join();
  },
};

/** The value, or the message of the only kind of error that is promised. */
function valueOr<T>(kind: new (message: string) => Error, read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof kind, error as Error);
    return "refused";
  }
}

function target(text: string): string {
  const spec = valueOr(RangeError, () => parseTarget(text));
  if (typeof spec === "string") return spec;
  const [first] = hostsOf(spec);
  assert.ok(first !== undefined && hostCount(spec) >= 1 && hostCount(spec) <= 2 ** 24);
  const { host, port } = first;
  assert.deepEqual(parseTarget(port === undefined ? host : hostPort(host, port)), first);
  return `${spec.kind} ${port !== undefined}`;
}

function address(text: string): string {
  const canonical = parseAddress(text);
  const split = splitHostPort(text);
  if (split?.port !== undefined) {
    assert.deepEqual(splitHostPort(hostPort(split.host, split.port)), split);
  }
  if (canonical === undefined) return `${split !== undefined}`;
  assert.equal(parseAddress(canonical), canonical);
  assert.deepEqual(addressBytes(canonical), addressBytes(text));
  return `address ${canonical.includes(":")}`;
}

function range(text: string): string {
  const parsed = parseRange(text);
  if (parsed === undefined) return "none";
  const { family, first, last } = parsed;
  const set = new AddressSet([parsed]);
  assert.ok(first <= last && rangeSize(parsed) > 0n);
  for (const number of [first, last]) assert.ok(set.has(addressFromNumber(family, number)));
  if (first > 0n) assert.ok(!set.has(addressFromNumber(family, first - 1n)));
  return `${family} ${String(rangeSize(parsed)).length}`;
}

function ports(text: string): string {
  const list = valueOr(RangeError, () => parsePorts(text));
  if (typeof list === "string") return list;
  assert.ok(list.every((port) => Number.isInteger(port) && port >= 1 && port <= 65535));
  assert.equal(new Set(list).size, list.length);
  return `${Math.ceil(Math.log2(list.length))}`;
}

function state(text: string): string {
  const read = valueOr(SyntaxError, () => readDecoyState(text));
  if (typeof read === "string") return read;
  for (const [ip, name] of read.decoys) {
    assert.equal(parseAddress(ip), ip);
    assert.ok(name !== "");
  }
  return `${read.decoys.size} ${read.interface === undefined}`;
}

function cursor(text: string): string {
  const value = valueOr(SyntaxError, () => JSON.parse(text));
  const parsed = parseLogCursor(value);
  if (parsed === undefined) return "none";
  assert.ok((parsed.before?.length ?? 0) <= MAX_BEFORE);
  assert.ok((parsed.anchors?.length ?? 0) <= MAX_ANCHORS);
  // Twice the same: what is not known of it is left out.
  assert.deepEqual(parseLogCursor(JSON.parse(JSON.stringify(parsed))), parsed);
  return `${parsed.before?.length} ${parsed.anchors?.length}`;
}

function rotatedName(text: string): string {
  // No file system has longer names.
  const name = parseRotatedName(text.slice(0, 255), "a.json");
  if (name === undefined) return "none";
  assert.equal(compareAge(name, name), 0);
  assert.ok(text.startsWith("a") && name.key.every((number) => number >= 0));
  return `${name.kind} ${name.isPacked} ${name.key.length}`;
}

function bytes(input: Uint8Array): void {
  const text = formatAddress(input);
  assert.equal(parseAddress(text), text);
  assert.deepEqual(addressBytes(text), new Uint8Array(input));
}
