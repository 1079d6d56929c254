/** The way over the decoys, as a graph that winds down the page. */
import type { DeckyVisit, Profile } from "../profile.ts";
import { grouped, secondsBetween, shortDuration, shortTime } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { at, label } from "./svg.ts";

/** Decoys in a row; the next row goes back the other way. */
const PER_ROW = 5;

/** Decoys that are drawn. */
const MOST_NODES = 30;

const STEP = 206;
const ROW_HEIGHT = 122;
const MARGIN = 84;
const TOP = 40;

const SMALLEST = 13;
const LARGEST = 30;

/** The end of an edge, once in the page: {@linkcode pathChart} refers to it. */
export const ARROW: Html = markup`
  <svg class="hidden" aria-hidden="true">
    <defs>
      <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
        orient="auto">
        <path class="tip" d="M0 0L8 4L0 8z" />
      </marker>
    </defs>
  </svg>
`;

interface Node {
  readonly visit: DeckyVisit;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The graph; undefined for fewer than two decoys. */
export function pathChart({ deckies, decky_count }: Profile): Html | undefined {
  const shown = deckies.slice(0, MOST_NODES);
  if (shown.length < 2) return undefined;
  const most = shown.reduce((greatest, { events }) => Math.max(greatest, events), 1);
  const nodes = shown.map((visit, index): Node => {
    const row = Math.floor(index / PER_ROW);
    const place = index % PER_ROW;
    const column = row % 2 === 0 ? place : PER_ROW - 1 - place;
    return {
      visit,
      x: MARGIN + column * STEP,
      y: TOP + row * ROW_HEIGHT,
      radius: SMALLEST + (LARGEST - SMALLEST) * Math.sqrt(Math.max(0, visit.events) / most),
    };
  });
  const rows = Math.ceil(shown.length / PER_ROW);
  const width = 2 * MARGIN + (Math.min(PER_ROW, shown.length) - 1) * STEP;
  return markup`
    <svg viewBox="0 0 ${width} ${rows * ROW_HEIGHT}" width="${width}" role="img"
      aria-label="decoys in order of first contact">
    ${nodes.slice(1).map((node, index) => edge(nodes[index]!, node))}
    ${nodes.map(drawNode)}
    </svg>${
    decky_count > shown.length
      ? markup`<p class="soft">${grouped(decky_count - shown.length)} more decoys</p>`
      : undefined
  }
  `;
}

function edge(from: Node, to: Node): Html {
  const elapsed = `+${shortDuration(secondsBetween(from.visit.first_seen, to.visit.first_seen))}`;
  if (from.y === to.y) {
    const direction = Math.sign(to.x - from.x);
    const [start, end] = [
      from.x + direction * (from.radius + 4),
      to.x - direction * (to.radius + 4),
    ];
    return markup`
      <path class="edge" d="M${at(start)} ${at(from.y)}L${at(end)} ${at(to.y)}"
        marker-end="url(#arrow)" />${
      label(elapsed, 18, {
        x: (start + end) / 2,
        y: from.y - 7,
        anchor: "middle",
        kind: "soft",
      })
    }
    `;
  }
  // Around the labels below the node, on the side where the row ends.
  const side = from.x > MARGIN ? 1 : -1;
  const [start, end] = [from.x + side * (from.radius + 3), to.x + side * (to.radius + 4)];
  const bow = from.x + side * (MARGIN - 6);
  return markup`
    <path class="edge"
      d="M${at(start)} ${at(from.y)}C${at(bow)} ${at(from.y)} ${at(bow)} ${at(to.y)} ${
    at(
      end,
    )
  } ${at(to.y)}"
      marker-end="url(#arrow)" />${
    label(elapsed, 18, {
      x: from.x + side * 46,
      y: from.y + 76,
      anchor: side > 0 ? "end" : "start",
      kind: "soft",
    })
  }
  `;
}

function drawNode({ visit, x, y, radius }: Node, index: number): Html {
  const below = y + Math.max(radius, 18);
  return markup`
    <g>
      <title>${visit.decky}: ${grouped(visit.events)} events, ${
    shortTime(
      visit.first_seen,
    )
  } to ${shortTime(visit.last_seen)}</title>
      <circle class="node" cx="${at(x)}" cy="${at(y)}" r="${at(radius)}" />
      <text class="number" x="${at(x)}" y="${at(y + 4)}" text-anchor="middle">${index + 1}</text>
    </g>${label(visit.decky, 24, { x, y: below + 16, anchor: "middle" })}${
    label(
      visit.services.join(", "),
      30,
      { x, y: below + 31, anchor: "middle", kind: "soft" },
    )
  }
  `;
}
