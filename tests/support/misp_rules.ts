/** What MISP's core format asks of events, as far as ours go. */
import assert from "node:assert/strict";

/** An event as it came out of the JSON. */
// deno-lint-ignore no-explicit-any -- what JSON holds is what the rules are about
export type FoundEvent = Record<string, any>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Types by category, a part of MISP's describeTypes. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  "Network activity": [
    ...["ip-src", "hostname", "url", "user-agent", "AS", "ja3-fingerprint-md5", "hassh-md5"],
    ...["hasshserver-md5", "jarm-fingerprint", "x509-fingerprint-sha256"],
  ],
  "Payload delivery": ["sha256"],
  "Targeting data": ["target-org"],
  Other: ["text", "comment"],
};

/** Values of the types that MISP checks. */
const VALUES: Readonly<Record<string, RegExp>> = {
  AS: /^\d+$/,
  sha256: /^[0-9a-f]{64}$/i,
  "ja3-fingerprint-md5": /^[0-9a-f]{32}$/i,
  "hassh-md5": /^[0-9a-f]{32}$/i,
  "hasshserver-md5": /^[0-9a-f]{32}$/i,
  "jarm-fingerprint": /^[0-9a-f]{62}$/i,
  "x509-fingerprint-sha256": /^[0-9a-f]{64}$/i,
  url: /^[a-z][a-z0-9+.-]*:\/\/[!-~]+$/i,
};

/** The events in a document. @throws {AssertionError} unless they keep all rules */
export function checkedMisp(text: string): FoundEvent[] {
  const events: FoundEvent[] = JSON.parse(text).response.map((item: FoundEvent) => item["Event"]);
  for (const event of events) {
    assert.match(event["uuid"], UUID);
    assert.ok(event["info"] !== "");
    assert.match(event["date"], /^\d{4}-\d\d-\d\d$/);
    assert.match(event["timestamp"], /^\d+$/);
    assert.match(event["analysis"], /^[012]$/);
    assert.match(event["threat_level_id"], /^[1234]$/);
    assert.match(event["distribution"], /^[012345]$/);
    assert.equal(event["published"], false);
    assert.match(event["Orgc"].uuid, UUID);
    const uuids = event["Attribute"].map(({ uuid }: FoundEvent) => uuid);
    assert.equal(new Set(uuids).size, uuids.length, "two attributes have one uuid");
    for (const attribute of event["Attribute"]) checkAttribute(attribute);
  }
  return events;
}

function checkAttribute(attribute: FoundEvent): void {
  const { type, category, value, uuid } = attribute;
  assert.match(uuid, UUID);
  assert.ok(TYPES[category]?.includes(type), `${category} has no ${type}`);
  assert.ok(typeof value === "string" && value !== "");
  if (VALUES[type] !== undefined) assert.match(value, VALUES[type]);
  assert.equal(typeof attribute["to_ids"], "boolean");
  assert.match(attribute["timestamp"], /^\d+$/);
  for (const name of ["first_seen", "last_seen"]) {
    assert.match(attribute[name], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  }
  assert.ok(attribute["first_seen"] <= attribute["last_seen"]);
}
