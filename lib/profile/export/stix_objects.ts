/** The parts of STIX 2.1 that describe an attacker (OASIS STIX Version 2.1, 10 June 2021). */
import { uuid5 } from "./uuid.ts";

/** An object of a bundle. */
export type StixObject = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly id: string;
};

/** Section 2.9: the namespace of identifiers of cyber-observable objects. */
const OBSERVABLE_NAMESPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7";

/** Created and modified of what never changes: techniques, tools, the producer. */
const EVER_SINCE = "2026-01-01T00:00:00.000Z";

/** Section 3.2: created and modified have exactly three digits of a second. */
export function stixTime(timestamp: string): string {
  return `${timestamp.slice(0, "2026-01-01T00:00:00.000".length)}Z`;
}

/**
 * A cyber-observable. Section 2.9: its identifier is made of the properties that the type names, in
 * canonical JSON (RFC 8785), which for the few members here is what JSON.stringify gives.
 *
 * @param contributing at most one property, or those in the order of their names
 */
export function observable(
  type: string,
  contributing: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): StixObject {
  const id = `${type}--${uuid5(OBSERVABLE_NAMESPACE, JSON.stringify(contributing))}`;
  return { type, spec_version: "2.1", id, ...contributing, ...rest };
}

/** A domain or relationship object that came up at one time and was last changed at another. */
export function versioned(
  type: string,
  uuid: string,
  producer: string,
  { created = EVER_SINCE, modified = EVER_SINCE }: {
    readonly created?: string;
    readonly modified?: string;
  },
  rest: Readonly<Record<string, unknown>>,
): StixObject {
  return {
    ...{ type, spec_version: "2.1", id: `${type}--${uuid}`, created_by_ref: producer },
    ...{ created, modified, ...rest },
  };
}

/** Section 9.5: a string constant of a pattern. */
export function patternText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Section 2.8 and 4.14: counts reach up to this. */
export const MOST_OBSERVED = 999_999_999;
