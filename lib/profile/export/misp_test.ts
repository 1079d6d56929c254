import assert from "node:assert/strict";
import { exported } from "../../../tests/support/exported.ts";
import fc from "fast-check";
import { hasUnsafe } from "../../text/unsafe.ts";
import { hostileProfile, madeProfile } from "../../../tests/support/made_profile.ts";
import { checkedMisp } from "../../../tests/support/misp_rules.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import type { Profile } from "../profile.ts";
import { mispWriter } from "./misp.ts";
import type { ExportOptions } from "./options.ts";

function events(profiles: readonly Profile[], options: ExportOptions = {}) {
  return checkedMisp(exported(mispWriter(options), profiles));
}

Deno.test("mispWriter() gives an event by the rules, with what is worth sharing", () => {
  const [event] = events([madeProfile()]);
  assert.equal(event!["info"], "DECNET attacker 198.51.100.23: interactive, risk 63 of 100");
  assert.equal(event!["date"], "2026-09-01");
  assert.equal(event!["threat_level_id"], "2");
  const values = new Map<string, string>(
    event!["Attribute"].map((one: Record<string, string>) => [one["type"], one["value"]]),
  );
  assert.equal(values.get("ip-src"), "198.51.100.23");
  assert.equal(values.get("AS"), "64500");
  assert.equal(values.get("target-org"), "contoso.com");
  assert.equal(values.get("url"), "http://198.51.100.99/x.sh");
  assert.match(values.get("jarm-fingerprint")!, /^[0-9a-f]{62}$/);
  assert.ok(
    event!["Tag"].some(({ name }: Record<string, string>) =>
      name === 'misp-galaxy:mitre-attack-pattern="Ingress Tool Transfer - T1105"'
    ),
  );
});

Deno.test("mispWriter() gives a later export the same UUIDs and a later timestamp", () => {
  const [before] = events([madeProfile()]);
  const [after] = events([madeProfile({ last_seen: "2026-09-09T00:00:00.000000Z", events: 9999 })]);
  assert.equal(after!["uuid"], before!["uuid"]);
  assert.ok(Number(after!["timestamp"]) > Number(before!["timestamp"]));
  const uuids = (event: Record<string, unknown>) =>
    (event["Attribute"] as Record<string, string>[]).map(({ uuid }) => uuid);
  assert.deepEqual(uuids(after!), uuids(before!));
});

Deno.test("mispWriter() gives a later timestamp for a rotation after the attacker's last event", () => {
  const profile = madeProfile();
  const time = "2026-10-01T00:00:00.000000Z";
  const [event] = events([{ ...profile, rotations: [{ ...profile.rotations[0]!, time }] }]);
  assert.equal(event!["timestamp"], String(Date.parse(time) / 1000));
});

Deno.test("mispWriter() tells attackers and producers apart", () => {
  const two = events([madeProfile(), madeProfile({ attacker_ip: "2001:db8::7" })]);
  assert.notEqual(two[0]!["uuid"], two[1]!["uuid"]);
  assert.notEqual(events([madeProfile()], { producer: "b" })[0]!["uuid"], two[0]!["uuid"]);
});

Deno.test("mispWriter() gives addresses without their zones, which MISP refuses", () => {
  const [event] = events([madeProfile({ attacker_ip: "fe80::1%eth0" })]);
  const attributes = event!["Attribute"] as Record<string, string>[];
  assert.equal(attributes.find(({ type }) => type === "ip-src")?.["value"], "fe80::1");
});

Deno.test("mispWriter() of no profiles is an empty list", () => {
  assert.deepEqual(events([]), []);
});

Deno.test("mispWriter() keeps the rules, whatever attackers say", () => {
  fc.assert(fc.property(anyText(), (text) => {
    const written = exported(mispWriter(), [hostileProfile(text)]);
    checkedMisp(written);
    for (const line of written.split("\n")) assert.equal(hasUnsafe(line), false);
  }));
});
