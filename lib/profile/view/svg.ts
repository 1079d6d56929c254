/** Small helpers of the charts. */
import { riskLevel } from "./risk_bar.ts";
import { type Html, markup } from "./html.ts";
import { escapeForTerminal } from "../../terminal/escape.ts";
import { clip } from "./lines.ts";

/** A coordinate with one decimal. */
export function at(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10) / 10) : "0";
}

/** A label of at most `length` characters; the whole of it shows when one points at it. */
export function label(
  text: string,
  length: number,
  { x, y, anchor = "start", kind = "name" }: {
    readonly x: number;
    readonly y: number;
    readonly anchor?: "start" | "middle" | "end";
    readonly kind?: string;
  },
): Html {
  // Made visible first: a cut within an escape would leave half of one.
  const visible = escapeForTerminal(text);
  const shown = clip(visible, length);
  return markup`
    <text class="${kind}" x="${at(x)}" y="${at(y)}"
      text-anchor="${anchor}">${shown}${
    shown === visible ? undefined : markup`<title>${visible}</title>`
  }</text>
  `;
}

/** A score from 0 to 100 as a short bar. */
export function meter(score: number, width = 90): Html {
  const filled = Math.max(0, Math.min(100, score)) / 100 * width;
  return markup`
    <svg class="meter" width="${width}" height="8" viewBox="0 0 ${width} 8" role="img"
      aria-label="risk ${score} of 100">
      <rect class="track" width="${width}" height="8" rx="4" />
      <rect class="fill-${riskLevel(score)}" width="${at(filled)}" height="8" rx="4" />
    </svg>
  `;
}
