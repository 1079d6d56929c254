/** Where an event happened, out of the bytes that the record reader has put together. */
import type { Place } from "./facts.ts";
import { meaningOf, speakerOf } from "./vocabulary.ts";

const decoder = new TextDecoder();

/** The place in `bytes`, as `RecordReader.where` has it. */
export function readPlace(bytes: Uint8Array): Place {
  const [decky = "-", service = "-", eventType = "-", sensor = "-"] = decoder.decode(bytes)
    .split("\0").map(name);
  return {
    ...{ decky, service, eventType, sensor },
    speaker: speakerOf(decky, service),
    meaning: meaningOf(eventType),
  };
}

/** JSON without its quotes as text; what is no JSON stays as it is. */
function name(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    const value: unknown = JSON.parse(`"${text}"`);
    return typeof value === "string" ? value.replaceAll("\0", " ") : text;
  } catch {
    return text;
  }
}
