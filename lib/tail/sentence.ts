/** Events in words. */
import type { Event } from "../event/event.ts";
import { Phrases, say, type Sentence } from "./phrases.ts";
import { PROBE_SENTENCES } from "./probe_sentences.ts";
import { SERVICE_SENTENCES } from "./service_sentences.ts";
import { SNIFF_SENTENCES } from "./sniff_sentences.ts";

const SENTENCES: ReadonlyMap<string, Sentence> = new Map([
  ...Object.entries(SNIFF_SENTENCES),
  ...Object.entries(PROBE_SENTENCES),
  ...Object.entries(SERVICE_SENTENCES),
]);

/** Fields of a type that nobody knows which are shown. */
const MOST_FIELDS = 6;

/** Shown beside the sentence anyway. */
const KNOWN: ReadonlySet<string> = new Set(["src_ip", "community_id", "direction"]);

/** Types of event that have a sentence of their own. */
export function sentenceTypes(): string[] {
  return [...SENTENCES.keys()];
}

/** What happened, in words; as the event has them, so not yet fit for a terminal. */
export function sentence(event: Event): string {
  const words = SENTENCES.get(event.event_type)?.(new Phrases(event));
  return words === undefined ? plain(event) : words;
}

function plain({ event_type, fields, msg }: Event): string {
  const names = Object.keys(fields).filter((name) => !KNOWN.has(name)).slice(0, MOST_FIELDS);
  return say(event_type, ...names.map((name) => `${name}=${fields[name]}`), msg);
}
