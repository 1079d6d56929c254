/** What a page shows of many attackers: sums of all, and those who have a place on it. */
import type { Profile, SeenSpan } from "../profile.ts";
import { periodOf } from "./timeline.ts";

/** Attackers that are described, and those that are listed: browsers have to show it. */
export const MOST_ARTICLES = 500;
export const MOST_LISTED = 5000;

/** Takes profiles one by one: of those beyond the list only numbers are kept, however many they are. */
export class PageContents {
  attackers = 0;
  events = 0;
  credentials = 0;
  commands = 0;
  payloads = 0;
  /** From the first to the last time of all. */
  period: SeenSpan | undefined;
  /** Names of all decoys. */
  readonly deckies = new Set<string>();
  /** The first {@linkcode MOST_LISTED}. */
  readonly listed: Profile[] = [];

  constructor(profiles: Iterable<Profile> = []) {
    this.add(profiles);
  }

  /** Adds profiles, in the order of the page. */
  add(profiles: Iterable<Profile>): void {
    for (const profile of profiles) {
      const { first_seen, last_seen, events, credentials, commands, payloads, deckies } = profile;
      this.attackers++;
      this.events += events;
      this.credentials += credentials.total;
      this.commands += commands.total;
      this.payloads += payloads.total;
      const span = { first_seen, last_seen };
      this.period = periodOf(this.period === undefined ? [span] : [this.period, span]);
      for (const { decky } of deckies) this.deckies.add(decky);
      if (this.listed.length < MOST_LISTED) this.listed.push(profile);
    }
  }
}
