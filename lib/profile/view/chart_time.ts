/** Events over time, and below them the same by decoy: bars and a heat map on one axis. */
import type { Profile } from "../profile.ts";
import { grouped, shortDuration, shortTime } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { at, label } from "./svg.ts";
import { columnStart, type Timeline, timelineOf } from "./timeline.ts";

const WIDTH = 1060;

/** Room for names of decoys at the left and for their sums at the right. */
const LEFT = 150;
const RIGHT = 56;

/** Columns at most, and the widest that still looks like a bar. */
const MOST_COLUMNS = 96;
const WIDEST = 30;

const BARS_HEIGHT = 96;
const ROW = 22;

/** Decoys that get a row. */
const MOST_ROWS = 40;

/** Columns between two labels of the axis need at least this room. */
const LABEL_ROOM = 92;

/** The least that a cell with anything in it is filled. */
const FAINTEST = 0.18;

/** The chart; undefined when there is nothing to show. */
export function timeChart(profile: Profile): Html | undefined {
  const timeline = timelineOf(profile.timeline, MOST_COLUMNS, profile);
  if (timeline === undefined) return undefined;
  const rows = timeline.rows.slice(0, MOST_ROWS);
  const column = Math.min(WIDEST, (WIDTH - LEFT - RIGHT) / timeline.columns.length);
  const top = BARS_HEIGHT + 14;
  const bottom = top + rows.length * ROW;
  return markup`
    <svg viewBox="0 0 ${WIDTH} ${bottom + 26}" width="${WIDTH}" role="img"
      aria-label="events over time, by decoy">
    ${label(`per ${shortDuration(timeline.hours * 3600)}`, 30, { x: 0, y: 12, kind: "soft" })}
    ${label(`most: ${grouped(timeline.most)}`, 30, { x: 0, y: 28, kind: "soft" })}
    ${bars(timeline, column)}
    <line class="axis" x1="${LEFT}" y1="${BARS_HEIGHT}" x2="${
    at(
      LEFT + column * timeline.columns.length,
    )
  }" y2="${BARS_HEIGHT}"/>
    ${rows.map((row, index) => heatRow(timeline, row, top + index * ROW, column))}
    ${ticks(timeline, column, bottom + 16)}
    </svg>${
    timeline.rows.length > rows.length
      ? markup`<p class="soft">${timeline.rows.length - rows.length} more decoys</p>`
      : undefined
  }
  `;
}

function bars(timeline: Timeline, column: number): Html[] {
  return timeline.columns.flatMap((events, index) => {
    if (!(events > 0)) return [];
    const height = Math.max(2, events / timeline.most * (BARS_HEIGHT - 8));
    return [
      markup`
        <rect class="bar" x="${at(LEFT + index * column)}" y="${
        at(
          BARS_HEIGHT - height,
        )
      }" width="${at(Math.max(1, column - 1.5))}" height="${at(height)}" rx="1.5">
          <title>${tip(timeline, index, events)}</title>
        </rect>
      `,
    ];
  });
}

function heatRow(
  timeline: Timeline,
  { decky, events, columns }: Timeline["rows"][number],
  y: number,
  column: number,
): Html {
  const width = column * columns.length;
  const cells = columns.flatMap((count, index) => {
    if (!(count > 0)) return [];
    // By the root: brute force at one decoy must not make the others vanish.
    const depth = FAINTEST + (1 - FAINTEST) * Math.sqrt(count / timeline.mostInRow);
    return [
      markup`
        <rect class="cell" x="${at(LEFT + index * column)}" y="${at(y)}" width="${
        at(
          Math.max(1, column - 1.5),
        )
      }" height="${ROW - 4}" rx="2"
          fill-opacity="${Math.round(depth * 100) / 100}">
          <title>${decky}, ${tip(timeline, index, count)}</title>
        </rect>
      `,
    ];
  });
  return markup`
    ${label(decky, 21, { x: LEFT - 10, y: y + 13, anchor: "end" })}
    <rect class="none" x="${LEFT}" y="${at(y)}" width="${at(width)}" height="${ROW - 4}"
      rx="2" />${cells}
    ${label(grouped(events), 12, { x: LEFT + width + 8, y: y + 13, kind: "soft" })}
  `;
}

function ticks(timeline: Timeline, column: number, y: number): Html[] {
  const count = timeline.columns.length;
  const step = Math.max(1, Math.ceil(LABEL_ROOM / column));
  const days = timeline.hours >= 24;
  const labels: Html[] = [];
  for (let index = 0; index < count; index += step) {
    const time = shortTime(columnStart(timeline, index));
    const text = days
      ? time.slice(0, "2026-09-01".length)
      : time.slice("2026-".length, -":00".length);
    labels.push(label(text, 16, { x: LEFT + index * column, y, kind: "soft" }));
  }
  return labels;
}

function tip(timeline: Timeline, column: number, events: number): string {
  const time = shortTime(columnStart(timeline, column));
  return `${time} UTC and ${shortDuration(timeline.hours * 3600)}: ${grouped(events)} events`;
}
