/** `--only`: the types of events that are wanted. */
import { SNIFF_EVENT_TYPES } from "../lib/sniff/event_types.ts";
import { UsageError } from "./exit_code.ts";
import { nearestHint } from "./nearest.ts";

/** The types called `names`; undefined, for all of them, without a list. @throws {UsageError} */
export function wantedTypes(names: readonly string[] | undefined): ReadonlySet<string> | undefined {
  const known: readonly string[] = SNIFF_EVENT_TYPES;
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--only: no event type "${unknown}"; there are ${known.join(", ")}`,
      nearestHint(unknown, known),
    );
  }
  return names && new Set(names);
}
