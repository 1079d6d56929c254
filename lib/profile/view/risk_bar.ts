/** A risk score as a bar and as a colour. */
import type { Style } from "../../terminal/style.ts";

const CELLS = 10;
const FULL = "\u2588";
const EMPTY = "\u2591";

/** From these scores on, a risk is high, or middling. */
const HIGH = 70;
const MIDDLING = 40;

/** How grave a score is. */
export type RiskLevel = "high" | "middling" | "low";

/** The level of a score from 0 to 100. */
export function riskLevel(score: number): RiskLevel {
  if (score >= HIGH) return "high";
  return score >= MIDDLING ? "middling" : "low";
}

/** Ten cells, filled by tens. */
export function riskBar(score: number): string {
  const full = Math.max(0, Math.min(CELLS, Math.round(score / CELLS) || 0));
  return FULL.repeat(full) + EMPTY.repeat(CELLS - full);
}

/** Paints text in the colour of a score. */
export function riskPaint(score: number, style: Style): (text: string) => string {
  return { high: style.red, middling: style.yellow, low: style.green }[riskLevel(score)];
}
