/** Numbers and times for eyes. */
import { parseTimestampOrUtc } from "../../event/time.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Units of {@linkcode shortDuration}, longest first. */
const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [DAY, "d"],
  [HOUR, "h"],
  [MINUTE, "min"],
  [1, "s"],
];

/** Seconds in two units at most: `3 d 4 h`, `12 min`, `0.25 s`. */
export function shortDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 10) return `${Number(Math.max(0, seconds).toFixed(2))} s`;
  const place = UNITS.findIndex(([unit]) => seconds >= unit);
  const [unit, name] = UNITS[place]!;
  const whole = Math.floor(seconds / unit);
  const next = UNITS[place + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds - whole * unit) / next[0]);
  return rest > 0 && next !== undefined
    ? `${whole} ${name} ${rest} ${next[1]}`
    : `${grouped(whole)} ${name}`;
}

/** Seconds between two timestamps; 0 when one of them is none. */
export function secondsBetween(first: string, last: string): number {
  const [start, end] = [parseTimestampOrUtc(first), parseTimestampOrUtc(last)];
  return start === undefined || end === undefined ? 0 : Math.max(0, (end - start) / 1_000_000);
}

/** A timestamp as `2026-09-01 10:00:00`, in UTC. */
export function shortTime(timestamp: string): string {
  return timestamp.slice(0, "2026-09-01T10:00:00".length).replace("T", " ");
}

/** 1,234,567. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `1 session`, `2,000 sessions`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Bytes in the unit that fits: `4.2 MB`. */
export function shortBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  let value = bytes;
  let place = 0;
  for (; value >= 1000 && place < units.length - 1; place++) value /= 1000;
  return `${place === 0 ? value : value.toFixed(1)} ${units[place]}`;
}
