/** An event in a few words, for formats that must have some. */
import { type Event, UNKNOWN_ATTACKER } from "../event.ts";

/** Its own message, else its type and who it is about. */
export function sentenceOf({ event_type, attacker_ip, decky, msg }: Event): string {
  if (msg !== undefined) return msg;
  const words = event_type.replaceAll("_", " ");
  return attacker_ip === UNKNOWN_ATTACKER
    ? `${words} (${decky})`
    : `${words} of ${attacker_ip} (${decky})`;
}
