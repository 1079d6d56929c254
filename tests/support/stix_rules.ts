/** What STIX 2.1 (OASIS, 10 June 2021) asks of a bundle, as far as our objects go. */
import assert from "node:assert/strict";

/** An object as it came out of the JSON. */
export type FoundObject = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly id: string;
};

/** Section 2.9 and RFC 9562: a type, two hyphens and a UUID of version 5. */
const ID =
  /^([a-z][a-z0-9-]+)--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Section 2.16: RFC 3339 in UTC with Z. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Section 3.2: of created and modified, to the millisecond. */
const MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Section 3.1: what each kind of object must have, beside what its type asks for. */
const VERSIONED = ["type", "spec_version", "id", "created", "modified"];
const OBSERVABLE = ["type", "spec_version", "id"];

/** Required properties by type, from sections 4 to 7. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  identity: [...VERSIONED, "name"],
  "extension-definition": [
    ...VERSIONED,
    ...["created_by_ref", "name", "schema", "version", "extension_types"],
  ],
  indicator: [...VERSIONED, "pattern", "pattern_type", "valid_from"],
  "observed-data": [
    ...VERSIONED,
    ...["first_observed", "last_observed", "number_observed", "object_refs"],
  ],
  relationship: [...VERSIONED, "relationship_type", "source_ref", "target_ref"],
  sighting: [...VERSIONED, "sighting_of_ref"],
  note: [...VERSIONED, "content", "object_refs"],
  "attack-pattern": [...VERSIONED, "name"],
  tool: [...VERSIONED, "name"],
  "ipv4-addr": [...OBSERVABLE, "value"],
  "ipv6-addr": [...OBSERVABLE, "value"],
  "autonomous-system": [...OBSERVABLE, "number"],
  url: [...OBSERVABLE, "value"],
  file: [...OBSERVABLE, "hashes"],
  "x509-certificate": [...OBSERVABLE, "hashes"],
};

/** Appendix B: which types each relationship of ours may join. */
const RELATIONSHIPS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "based-on": [["indicator", "observed-data"]],
  indicates: [["indicator", "attack-pattern"], ["indicator", "tool"]],
};

/** Section 9: a comparison of an address with a constant. */
const PATTERN = /^\[(?:ipv4|ipv6)-addr:value = '(?:[^'\\]|\\['\\])+'\]$/;

/** The objects of a bundle. @throws {AssertionError} unless it keeps all rules */
export function checkedStix(text: string): FoundObject[] {
  const bundle = JSON.parse(text);
  assert.equal(bundle.type, "bundle");
  assert.match(bundle.id, ID);
  assert.ok(!("spec_version" in bundle), "a bundle of STIX 2.1 has none");
  const objects: FoundObject[] = bundle.objects;
  const byId = new Map(objects.map((object) => [object.id, object]));
  assert.equal(byId.size, objects.length, "an object stands twice");
  for (const object of objects) checkObject(object, byId);
  return objects;
}

function checkObject(object: FoundObject, byId: ReadonlyMap<string, FoundObject>): void {
  const { type, id } = object;
  const required = REQUIRED[type];
  assert.ok(required !== undefined, `unknown type ${type}`);
  for (const name of required) assert.ok(name in object, `${type} lacks ${name}`);
  assert.equal(object["spec_version"], "2.1");
  assert.equal(ID.exec(id)?.[1], type, `id ${id}`);
  for (const [name, value] of Object.entries(object)) {
    assert.match(name, /^[a-z0-9_]{3,250}$|^id$/, `name of a property: ${name}`);
    // Section 3.1: lists are never empty, and no property is null.
    assertFilled(value, `${type}.${name}`);
    if (name.endsWith("_ref")) assert.ok(byId.has(String(value)), `${type}.${name}: ${value}`);
    if (name.endsWith("_refs")) {
      for (const ref of value as string[]) assert.ok(byId.has(ref), `${type}.${name}: ${ref}`);
    }
  }
  if ("created" in object) {
    assert.match(String(object["created"]), MILLISECONDS);
    assert.match(String(object["modified"]), MILLISECONDS);
    assert.ok(
      String(object["created"]) <= String(object["modified"]),
      `${type} was modified early`,
    );
  }
  for (const extension of Object.keys((object["extensions"] ?? {}) as object)) {
    assert.ok(byId.has(extension), `extension ${extension}`);
  }
  checkByType(object, byId);
}

/** Asserts that nothing within `value` is null or an empty list. */
function assertFilled(value: unknown, where: string): void {
  assert.notEqual(value, null, where);
  if (Array.isArray(value)) assert.ok(value.length > 0, `${where} is empty`);
  if (typeof value !== "object") return;
  for (const [name, member] of Object.entries(value as object)) {
    assertFilled(member, `${where}.${name}`);
  }
}

function checkByType(object: FoundObject, byId: ReadonlyMap<string, FoundObject>): void {
  switch (object.type) {
    case "observed-data":
      checkSpan(object, "first_observed", "last_observed");
      checkCount(object["number_observed"], 1);
      break;
    case "sighting":
      checkSpan(object, "first_seen", "last_seen");
      checkCount(object["count"], 0);
      break;
    case "indicator":
      assert.match(String(object["valid_from"]), TIMESTAMP);
      assert.match(String(object["pattern"]), PATTERN);
      assert.equal(object["pattern_type"], "stix");
      break;
    case "relationship": {
      const ends = ["source_ref", "target_ref"].map((end) => byId.get(String(object[end]))!.type);
      const allowed = RELATIONSHIPS[String(object["relationship_type"])] ?? [];
      assert.ok(
        allowed.some(([source, target]) => source === ends[0] && target === ends[1]),
        `${ends[0]} ${object["relationship_type"]} ${ends[1]}`,
      );
      break;
    }
    case "attack-pattern":
      for (const phase of object["kill_chain_phases"] as Record<string, string>[]) {
        // Section 2.11: lower case, hyphens for spaces.
        assert.match(phase["phase_name"]!, /^[a-z0-9-]+$/);
      }
      break;
    case "file":
    case "x509-certificate":
      assert.match((object["hashes"] as Record<string, string>)["SHA-256"]!, /^[0-9a-f]{64}$/);
      break;
  }
}

function checkSpan(object: FoundObject, first: string, last: string): void {
  assert.match(String(object[first]), TIMESTAMP);
  assert.match(String(object[last]), TIMESTAMP);
  assert.ok(String(object[first]) <= String(object[last]));
}

function checkCount(value: unknown, least: number): void {
  assert.ok(Number.isInteger(value) && Number(value) >= least && Number(value) <= 999_999_999);
}
