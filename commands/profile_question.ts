/** Which questions `decnet profile` answers: the words and flags that go together. */
import { addressIn } from "../lib/event/attacker.ts";
import { UsageError } from "./exit_code.ts";
import type { ProfileFlags } from "./profile_flags.ts";

/** Flags that choose among all attackers; `--since` and `--top` may stand in settings, for lists. */
const CHOICES = ["ja3", "ja4", "hassh", "jarm", "asn", "class", "decky", "service"] as const;

/** The addresses behind `show`, as the store has them, each once. @throws {UsageError} for what is none */
export function shownAddresses(words: readonly string[]): string[] {
  if (words.length === 0) throw new UsageError("show needs an address", "decnet profile show IP");
  const addresses = words.map((word) => {
    const address = addressIn(word);
    if (address === undefined) throw new UsageError(`"${word}" is not an IPv4 or IPv6 address`);
    return address;
  });
  return [...new Set(addresses)];
}

/**
 * Refuses flags that would be passed over: an answer to another question looks like one to this.
 *
 * @param isShow true when attackers are wanted by name
 * @throws {UsageError}
 */
export function checkQuestion(flags: ProfileFlags, isShow: boolean): void {
  const other = flags.cluster ? "--cluster" : flags.events ? "--events" : undefined;
  if (other === undefined) return;
  if (isShow) throw new UsageError(`show is for profiles: without ${other}`);
  if (flags.html !== undefined) throw new UsageError(`--html is for profiles: without ${other}`);
  if (!flags.cluster) return;
  if (flags.events) throw new UsageError("--cluster or --events, not both");
  const choice = CHOICES.find((name) => flags[name] !== undefined);
  if (choice === undefined) return;
  throw new UsageError(`--cluster is of all attackers: without --${choice}`);
}
