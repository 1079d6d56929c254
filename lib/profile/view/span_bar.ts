/** From when to when, within a longer time. */
import type { SeenSpan } from "../profile.ts";
import { secondsBetween } from "./format.ts";

/** Where a span lies within another, each from 0 to 1. */
export interface SpanPlace {
  readonly start: number;
  readonly end: number;
}

/** The place of `span` within `whole`; all of it where that has no length. */
export function placeWithin(span: SeenSpan, whole: SeenSpan): SpanPlace {
  const length = secondsBetween(whole.first_seen, whole.last_seen);
  if (!(length > 0)) return { start: 0, end: 1 };
  const start = Math.min(1, secondsBetween(whole.first_seen, span.first_seen) / length);
  const end = Math.min(1, secondsBetween(whole.first_seen, span.last_seen) / length);
  return { start, end: Math.max(start, end) };
}

const FULL = "\u2588";
const NOTHING = "\u00b7";

/** `span` as a bar in a line of `width` characters that stands for `whole`. */
export function spanBar(span: SeenSpan, whole: SeenSpan, width: number): string {
  const { start, end } = placeWithin(span, whole);
  const from = Math.min(width - 1, Math.floor(start * width));
  const to = Math.max(from + 1, Math.min(width, Math.ceil(end * width)));
  return NOTHING.repeat(from) + FULL.repeat(to - from) + NOTHING.repeat(width - to);
}
