/** A stay of minutes to hours: from when to when each phase and each decoy had its turn. */
import type { Profile, SeenSpan } from "../profile.ts";
import { grouped, secondsBetween, shortDuration, shortTime } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { placeWithin } from "./span_bar.ts";
import { at, label } from "./svg.ts";
import { formatTimestamp, parseTimestampOrUtc } from "../../event/time.ts";

const WIDTH = 1060;
const LEFT = 150;
const RIGHT = 56;
const PLOT = WIDTH - LEFT - RIGHT;
const ROW = 22;
const GAP = 10;

/** Seconds of the shortest and the longest stay for which it says more than the heat map. */
const SHORTEST = 1;
const LONGEST = 12 * 3600;

const MOST_DECKIES = 20;

const TICKS = 6;

/** The least that can be seen and pointed at. */
const NARROWEST = 3;

/** The chart; undefined for stays that are too short or too long for it. */
export function visitChart(profile: Profile): Html | undefined {
  const length = secondsBetween(profile.first_seen, profile.last_seen);
  if (length < SHORTEST || length > LONGEST) return undefined;
  const { phases } = profile;
  const deckies = profile.deckies.slice(0, MOST_DECKIES);
  const middle = phases.length * ROW + GAP;
  const bottom = middle + deckies.length * ROW;
  const phaseRows = phases.map((span, index) =>
    spanRow(span, profile, index * ROW, span.phase.replaceAll("_", " "), "phase")
  );
  const deckyRows = deckies.map((span, index) =>
    spanRow(span, profile, middle + index * ROW, span.decky, "cell")
  );
  return markup`
    <svg viewBox="0 0 ${WIDTH} ${
    bottom + 26
  }" width="${WIDTH}" role="img" aria-label="phases and visits over time">
    ${phaseRows}${deckyRows}${ticks(profile, length, bottom + 16)}
    </svg>
  `;
}

function spanRow(
  span: SeenSpan & { readonly events: number },
  whole: SeenSpan,
  y: number,
  name: string,
  kind: "phase" | "cell",
): Html {
  const { start, end } = placeWithin(span, whole);
  const width = Math.max(NARROWEST, (end - start) * PLOT);
  const x = LEFT + Math.min(start * PLOT, PLOT - NARROWEST);
  const tip = `${name}: ${grouped(span.events)} events, ${shortTime(span.first_seen)} to ${
    shortTime(span.last_seen)
  }`;
  return markup`
    ${label(name, 21, { x: LEFT - 10, y: y + 13, anchor: "end" })}
    <rect class="none" x="${LEFT}" y="${y}" width="${PLOT}" height="${ROW - 4}" rx="2"/>
    <rect class="${kind}" x="${at(x)}" y="${y}" width="${at(width)}" height="${
    ROW - 4
  }" rx="2"><title>${tip}</title></rect>
    ${label(grouped(span.events), 12, { x: LEFT + PLOT + 8, y: y + 13, kind: "soft" })}
  `;
}

function ticks({ first_seen }: Profile, length: number, y: number): Html[] {
  const start = parseTimestampOrUtc(first_seen) ?? 0;
  return Array.from({ length: TICKS }, (_, index) => {
    const seconds = length * index / (TICKS - 1);
    const text = index === 0
      ? shortTime(first_seen).slice("2026-".length)
      : length < 10
      ? `+${shortDuration(seconds)}`
      : shortTime(formatTimestamp(start + seconds * 1_000_000)).slice("2026-09-01 ".length);
    const anchor = index === 0 ? "start" : index === TICKS - 1 ? "end" : "middle";
    return label(text, 16, { x: LEFT + PLOT * index / (TICKS - 1), y, anchor, kind: "soft" });
  });
}
