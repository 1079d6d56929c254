/** Profiles as a STIX 2.1 bundle. */
import { createHash } from "node:crypto";
import { addressBytes } from "../../net/address.ts";
import { FINGERPRINT_KINDS, type Profile } from "../profile.ts";
import { changeTimes } from "./change_times.ts";
import { isUrl } from "./is_url.ts";
import { jsonText } from "./json_text.ts";
import { ExportIds, type ExportOptions, type ExportWriter } from "./options.ts";
import {
  MOST_OBSERVED,
  observable,
  patternText,
  type StixObject,
  stixTime,
  versioned,
} from "./stix_objects.ts";
import { headline, summary } from "./summary.ts";

/** From this score on an address is called malicious, below it anomalous. */
const MALICIOUS_SCORE = 30;

const SHA256 = /^[0-9a-f]{64}$/i;

/**
 * One bundle with, for each attacker, an indicator for its address, what was observed, a sighting, a
 * note, and relations to techniques and tools. An attacker has the same identifiers in every export;
 * `created` is when it was first seen and `modified` when last, so that a later export is a new version
 * of an earlier one.
 */
export function stixWriter(options: ExportOptions = {}): ExportWriter {
  const ids = new ExportIds(options);
  const written = new Set<string>();
  const members = createHash("sha256");
  const write = (objects: Iterable<StixObject>) => {
    let text = "";
    for (const object of objects) {
      const { id } = object;
      // Techniques, tools and files are shared by attackers.
      if (written.has(id)) continue;
      text += `${written.size > 0 ? ",\n" : "\n"}${jsonText(object)}`;
      written.add(id);
      members.update(`${id} ${String(object["modified"] ?? "")}\n`);
    }
    return text;
  };
  const { producer, identity, extension } = producerObjects(ids);
  return {
    head: `{"type":"bundle","objects":[${write([identity, extension])}`,
    add: (profile) => write(objectsOfOne(profile, { ids, producer, extension })),
    end: () => `\n],"id":"bundle--${ids.of("bundle", members.digest("hex"))}"}\n`,
  };
}

/** Who exports, and what the objects have beyond STIX. */
function producerObjects(ids: ExportIds) {
  const producer = `identity--${ids.of("identity")}`;
  const { created_by_ref: _, ...rest } = versioned(
    "identity",
    ids.of("identity"),
    producer,
    {},
    {
      name: ids.producer,
      identity_class: "system",
    },
  );
  const extension = versioned("extension-definition", ids.of("extension"), producer, {}, {
    name: "DECNET attacker profile",
    schema:
      "The record that `decnet profile` prints as JSON: members of the same name mean the same",
    version: "1.0.0",
    extension_types: ["property-extension"],
  });
  return { producer, identity: rest as StixObject, extension };
}

interface Issuer {
  readonly ids: ExportIds;
  /** Identifier of the producer's identity. */
  readonly producer: string;
  readonly extension: StixObject;
}

function* objectsOfOne(profile: Profile, issuer: Issuer): Generator<StixObject, void> {
  const { ids, producer } = issuer;
  const { attacker_ip: ip } = profile;
  // STIX has no object for an attacker whose address is not known.
  if (addressBytes(ip) === undefined) return;
  const { first_seen, last_seen } = changeTimes(profile);
  const times = { created: stixTime(first_seen), modified: stixTime(last_seen) };
  const make = (type: string, rest: Readonly<Record<string, unknown>>, ...key: string[]) =>
    versioned(type, ids.of(type, ip, ...key), producer, times, rest);
  const observables = [...observablesOf(profile)];
  yield* observables;
  // The autonomous system is a property of the address, nothing that was observed by itself.
  const seen = observables.filter(({ type }) => type !== "autonomous-system");
  const count = Math.max(1, Math.min(MOST_OBSERVED, profile.events));
  const observed = make("observed-data", {
    first_observed: profile.first_seen,
    last_observed: profile.last_seen,
    number_observed: count,
    object_refs: seen.map(({ id }) => id),
  });
  yield observed;
  const indicator = make("indicator", indicatorProperties(profile, issuer));
  yield indicator;
  const relate = (relationship_type: string, target: StixObject) =>
    make(
      "relationship",
      { relationship_type, source_ref: indicator.id, target_ref: target.id },
      relationship_type,
      target.id,
    );
  yield relate("based-on", observed);
  yield make("sighting", {
    ...{ first_seen: profile.first_seen, last_seen: profile.last_seen, count },
    ...{ sighting_of_ref: indicator.id, observed_data_refs: [observed.id] },
    where_sighted_refs: [producer],
  });
  yield make("note", {
    abstract: headline(profile),
    content: summary(profile),
    object_refs: [indicator.id],
  });
  for (const { id, name, tactic } of profile.techniques) {
    const technique = versioned("attack-pattern", ids.of("attack-pattern", id), producer, {}, {
      name,
      external_references: [{
        source_name: "mitre-attack",
        external_id: id,
        url: `https://attack.mitre.org/techniques/${id.replace(".", "/")}/`,
      }],
      kill_chain_phases: [{ kill_chain_name: "mitre-attack", phase_name: tactic }],
    });
    yield technique;
    yield relate("indicates", technique);
  }
  for (const name of new Set(profile.tools.map(({ tool }) => tool))) {
    const tool = versioned("tool", ids.of("tool", name), producer, {}, { name });
    yield tool;
    yield relate("indicates", tool);
  }
}

function indicatorProperties(profile: Profile, { extension }: Issuer) {
  const { risk, behaviour } = profile;
  const [type, address] = addressOf(profile);
  return {
    name: headline(profile),
    description: behaviour.reason,
    indicator_types: [
      risk.score >= MALICIOUS_SCORE ? "malicious-activity" : "anomalous-activity",
    ],
    pattern: `[${type}:value = ${patternText(address)}]`,
    pattern_type: "stix",
    pattern_version: "2.1",
    valid_from: profile.first_seen,
    labels: [`decnet-class:${behaviour.class}`],
    extensions: { [extension.id]: { extension_type: "property-extension", ...facts(profile) } },
  };
}

/** What STIX has no property for, under the names of the record. Section 2.5: a list is never empty. */
function facts(profile: Profile): Record<string, unknown> {
  const { beacon, origin } = profile;
  const lists: Record<string, readonly string[]> = {
    deckies: profile.deckies.map(({ decky }) => decky),
    interacted: profile.interacted,
    scanned: profile.scanned,
    phases: profile.phases.map(({ phase }) => phase),
  };
  const fingerprints = Object.fromEntries(
    FINGERPRINT_KINDS.map((kind): [string, string[]] => [
      kind,
      profile.fingerprints.filter((print) => print.kind === kind).map(({ value }) => value),
    ]).filter(hasItems),
  );
  return {
    class: profile.behaviour.class,
    risk: profile.risk.score,
    ...Object.fromEntries(Object.entries(lists).filter(hasItems)),
    ...(beacon === undefined ? {} : { beacon }),
    ...(origin === undefined ? {} : { origin }),
    ...(Object.keys(fingerprints).length === 0 ? {} : { fingerprints }),
  };
}

function hasItems([, items]: readonly [string, readonly string[]]): boolean {
  return items.length > 0;
}

function* observablesOf(profile: Profile): Generator<StixObject, void> {
  const { origin } = profile;
  const [type, value] = addressOf(profile);
  const system = origin?.asn === undefined ? undefined : observable(
    "autonomous-system",
    { number: origin.asn },
    origin.as_name === undefined ? {} : { name: origin.as_name },
  );
  if (system !== undefined) yield system;
  yield observable(
    type,
    { value },
    system === undefined ? {} : { belongs_to_refs: [system.id] },
  );
  for (const { name, kind, bytes } of profile.payloads.items) {
    if (kind === "url" && isUrl(name)) yield observable("url", { value: name });
    else if (kind === "sha256" && SHA256.test(name)) {
      const size = bytes === undefined ? {} : { size: bytes };
      yield observable("file", { hashes: { "SHA-256": name.toLowerCase() } }, size);
    }
  }
  for (const { kind, value: hash } of profile.fingerprints) {
    if (kind !== "cert_sha256" || !SHA256.test(hash)) continue;
    yield observable("x509-certificate", { hashes: { "SHA-256": hash.toLowerCase() } });
  }
}

/** The observable of the address; a zone (`%eth0`) means nothing to others. */
function addressOf({ attacker_ip }: Profile): readonly [type: string, value: string] {
  const value = attacker_ip.replace(/%.*$/, "");
  return [value.includes(":") ? "ipv6-addr" : "ipv4-addr", value];
}
