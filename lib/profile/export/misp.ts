/** Profiles as events of MISP (its core format). */
import { parseTimestampOrUtc } from "../../event/time.ts";
import type { Profile } from "../profile.ts";
import { changeTimes } from "./change_times.ts";
import { jsonText } from "./json_text.ts";
import { type MispFact, mispFacts } from "./misp_attributes.ts";
import { ExportIds, type ExportOptions, type ExportWriter } from "./options.ts";
import { headline, summary } from "./summary.ts";

/** MISP's threat levels, by the least score of each. */
const THREAT_LEVELS: readonly (readonly [least: number, level: string])[] = [
  [70, "1"], // high
  [40, "2"], // medium
  [1, "3"], // low
];
const UNDEFINED_LEVEL = "4";

/** Your organisation only: whoever shares further decides that. */
const OWN_ORGANISATION = "0";
const INHERIT = "5";

/** The analysis is ongoing: the attacker may come back. */
const ONGOING = "1";

/**
 * One MISP event for each attacker, in the form that MISP exports and imports. Events and attributes
 * have the same UUIDs in every export, and the time of the last sight as their timestamp: importing a
 * later export updates the events.
 */
export function mispWriter(options: ExportOptions = {}): ExportWriter {
  const ids = new ExportIds(options);
  let separator = "\n";
  return {
    head: '{"response":[',
    add(profile) {
      const text = `${separator}${jsonText({ Event: eventOf(profile, ids) })}`;
      separator = ",\n";
      return text;
    },
    end: () => "\n]}\n",
  };
}

function eventOf(profile: Profile, ids: ExportIds) {
  const { attacker_ip: ip, risk, behaviour } = profile;
  const timestamp = epochSeconds(changeTimes(profile).last_seen);
  const attributes = unique([...mispFacts(profile), {
    ...{ type: "comment", category: "Other", value: summary(profile), toIds: false },
    ...{ comment: "summary", seen: profile },
  }]);
  return {
    uuid: ids.of("misp-event", ip),
    info: `DECNET attacker ${headline(profile)}`,
    date: profile.first_seen.slice(0, "2026-01-01".length),
    timestamp,
    analysis: ONGOING,
    threat_level_id: THREAT_LEVELS.find(([least]) => risk.score >= least)?.[1] ?? UNDEFINED_LEVEL,
    distribution: OWN_ORGANISATION,
    published: false,
    Orgc: { name: ids.producer, uuid: ids.of("misp-organisation") },
    Tag: [
      { name: `decnet:class="${behaviour.class}"` },
      { name: `decnet:risk="${risk.score}"` },
      ...profile.techniques.map(({ id, name }) => ({
        name: `misp-galaxy:mitre-attack-pattern="${name} - ${id}"`,
      })),
    ],
    Attribute: attributes.map((fact) => ({
      // The summary changes with every event; it stays the same attribute.
      uuid: ids.of("misp-attribute", ip, fact.type, fact.type === "comment" ? "" : fact.value),
      type: fact.type,
      category: fact.category,
      value: fact.value,
      comment: fact.comment,
      to_ids: fact.toIds,
      distribution: INHERIT,
      disable_correlation: fact.type === "comment",
      timestamp: fact.type === "comment" ? timestamp : epochSeconds(fact.seen.last_seen),
      first_seen: mispTime(fact.seen.first_seen),
      last_seen: mispTime(fact.seen.last_seen),
    })),
  };
}

/** MISP refuses an attribute that stands twice in an event. */
function unique(facts: readonly MispFact[]): MispFact[] {
  const byKey = new Map<string, MispFact>();
  for (const fact of facts) {
    const key = `${fact.type} ${fact.value}`;
    if (fact.value !== "" && !byKey.has(key)) byKey.set(key, fact);
  }
  return [...byKey.values()];
}

function epochSeconds(timestamp: string): string {
  return String(Math.max(0, Math.floor((parseTimestampOrUtc(timestamp) ?? 0) / 1_000_000)));
}

function mispTime(timestamp: string): string {
  return timestamp.replace(/Z$/, "+00:00");
}
