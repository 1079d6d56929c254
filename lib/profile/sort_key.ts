/** What attackers may be sorted by: apart from what finds them, for the flags of a verb are read at each start. */

/** The names, the largest first. */
export const SORT_KEYS = ["risk", "events", "last_seen", "deckies"] as const;

/** One of them. */
export type SortKey = (typeof SORT_KEYS)[number];
