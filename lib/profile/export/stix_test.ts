import assert from "node:assert/strict";
import { exported } from "../../../tests/support/exported.ts";
import fc from "fast-check";
import { hasUnsafe } from "../../text/unsafe.ts";
import { hostileProfile, madeProfile } from "../../../tests/support/made_profile.ts";
import { checkedStix, type FoundObject } from "../../../tests/support/stix_rules.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import type { Profile } from "../profile.ts";
import { stixWriter } from "./stix.ts";
import type { ExportOptions } from "./options.ts";

function bundle(profiles: readonly Profile[], options: ExportOptions = {}): FoundObject[] {
  return checkedStix(exported(stixWriter(options), profiles));
}

function only(objects: readonly FoundObject[], type: string): FoundObject {
  const found = objects.filter((object) => object.type === type);
  assert.equal(found.length, 1, `${found.length} of ${type}`);
  return found[0]!;
}

Deno.test("stixWriter() gives a bundle by the rules, with an indicator for the address", () => {
  const objects = bundle([madeProfile()]);
  const indicator = only(objects, "indicator");
  assert.equal(indicator["pattern"], "[ipv4-addr:value = '198.51.100.23']");
  assert.deepEqual(indicator["indicator_types"], ["malicious-activity"]);
  assert.equal(indicator["created"], "2026-09-01T10:00:00.000Z");
  assert.equal(indicator["modified"], "2026-09-02T08:15:30.123Z");
  assert.equal(only(objects, "observed-data")["number_observed"], 321);
  assert.equal(only(objects, "file")["size"], 4_200_000);
  assert.equal(only(objects, "url")["value"], "http://198.51.100.99/x.sh");
  assert.equal(only(objects, "autonomous-system")["number"], 64500);
  assert.deepEqual(
    objects.filter(({ type }) => type === "relationship").map((one) => one["relationship_type"]),
    ["based-on", "indicates", "indicates", "indicates", "indicates"],
  );
});

Deno.test("stixWriter() gives the identifiers that the specification gives to observables", () => {
  const objects = bundle([madeProfile({ attacker_ip: "198.51.100.3" })]);
  // The example of STIX 2.1 section 2.9.
  assert.equal(only(objects, "ipv4-addr").id, "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
});

Deno.test("stixWriter() makes a later export a new version of the same objects", () => {
  const last_seen = "2026-09-09T09:09:09.999999Z";
  const first = bundle([madeProfile()]);
  const second = bundle([madeProfile({ last_seen, events: 5000 })]);
  assert.deepEqual(second.map(({ id }) => id), first.map(({ id }) => id));
  const [before, after] = [only(first, "indicator"), only(second, "indicator")];
  assert.equal(after["created"], before["created"]);
  assert.equal(after["modified"], "2026-09-09T09:09:09.999Z");
});

Deno.test("stixWriter() makes a new version of an attacker whose server has a new fingerprint", () => {
  const before = madeProfile();
  const [one] = before.fingerprints;
  const later = "2026-10-01T00:00:00.000000Z";
  const fingerprints = [...before.fingerprints, {
    ...one!,
    value: "f".repeat(32),
    last_seen: later,
  }];
  const after = only(bundle([{ ...before, fingerprints }]), "indicator");
  assert.equal(after["modified"], "2026-10-01T00:00:00.000Z");
  assert.equal(after["created"], only(bundle([before]), "indicator")["created"]);
  const rotated = { ...before, rotations: [{ ...before.rotations[0]!, time: later }] };
  assert.equal(only(bundle([rotated]), "indicator")["modified"], "2026-10-01T00:00:00.000Z");
});

Deno.test("stixWriter() is the same text for the same profiles", () => {
  const profiles = [madeProfile(), madeProfile({ attacker_ip: "2001:db8::7" })];
  assert.equal(exported(stixWriter(), profiles), exported(stixWriter(), profiles));
});

Deno.test("stixWriter() says once what attackers share, and keeps attackers apart", () => {
  const objects = bundle([madeProfile(), madeProfile({ attacker_ip: "2001:db8::7" })]);
  const count = (type: string) => objects.filter((object) => object.type === type).length;
  assert.equal(count("indicator"), 2);
  assert.equal(count("attack-pattern"), 2);
  assert.equal(count("identity"), 1);
  assert.equal(count("file"), 1);
  assert.equal(only(objects, "ipv6-addr")["value"], "2001:db8::7");
});

Deno.test("stixWriter() gives two producers different objects for one attacker", () => {
  const ours = only(bundle([madeProfile()], { producer: "a" }), "indicator");
  const theirs = only(bundle([madeProfile()], { producer: "b" }), "indicator");
  assert.notEqual(ours.id, theirs.id);
});

Deno.test("stixWriter() leaves out attackers without an address, and zones of addresses", () => {
  assert.deepEqual(bundle([madeProfile({ attacker_ip: "Unknown" })]).map(({ type }) => type), [
    "identity",
    "extension-definition",
  ]);
  const zoned = bundle([madeProfile({ attacker_ip: "fe80::1%eth0" })]);
  assert.equal(only(zoned, "ipv6-addr")["value"], "fe80::1");
});

Deno.test("stixWriter() leaves out what there is not", () => {
  const { origin: _, beacon: __, ...rest } = madeProfile({ fingerprints: [], techniques: [] });
  const nothing = { items: [], truncated: false, total: 0 };
  const objects = bundle([{
    ...{ ...rest, payloads: nothing, tools: [], interacted: [], scanned: [], phases: [] },
    ...{ deckies: [], events: 0 },
  }]);
  assert.deepEqual(objects.map(({ type }) => type), [
    ...["identity", "extension-definition", "ipv4-addr", "observed-data", "indicator"],
    ...["relationship", "sighting", "note"],
  ]);
});

Deno.test("stixWriter() of no profiles is a bundle all the same", () => {
  assert.equal(bundle([]).length, 2);
});

Deno.test("stixWriter() keeps the rules and one line for each object, whatever attackers say", () => {
  fc.assert(fc.property(anyText(), (text) => {
    const pieces = exported(stixWriter(), [hostileProfile(text)]);
    checkedStix(pieces);
    for (const line of pieces.split("\n")) assert.equal(hasUnsafe(line), false);
  }));
});
