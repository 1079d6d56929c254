/** A profile's hours, put into as many columns as there is room for. */
import { formatTimestamp, parseTimestampOrUtc } from "../../event/time.ts";
import type { HourCell, SeenSpan } from "../profile.ts";

/** A row of {@linkcode Timeline}. */
export interface TimelineRow {
  readonly decky: string;
  readonly events: number;
  readonly columns: readonly number[];
}

/** Events over time, in columns of equal length. */
export interface Timeline {
  /** Start of the first column. */
  readonly start: string;
  /** Length of a column. */
  readonly hours: number;
  /** Events of each column. */
  readonly columns: readonly number[];
  /** The same for each decoy, in order of first sight. */
  readonly rows: readonly TimelineRow[];
  /** The greatest of {@linkcode Timeline.columns}. */
  readonly most: number;
  /** The greatest of the rows' columns. */
  readonly mostInRow: number;
}

const HOUR_MICROS = 3_600_000_000;

/** Lengths of columns that people read easily; beyond them, multiples of four weeks. */
const LENGTHS: readonly number[] = [1, 2, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 28];

/** How a timeline is laid out. */
export interface TimelineLayout {
  /** Decoys in the order of their rows; others come after them. @default by first sight */
  readonly deckies?: readonly { readonly decky: string }[];
  /** What the columns cover besides the cells, so that timelines can be compared. */
  readonly period?: SeenSpan;
}

/** `cells` in at most `width` columns; undefined when there are none that can be read. */
export function timelineOf(
  cells: readonly HourCell[],
  width: number,
  { deckies = [], period }: TimelineLayout = {},
): Timeline | undefined {
  const hours: { hour: number; cell: HourCell }[] = [];
  for (const cell of cells) {
    const hour = hourOf(cell.hour);
    if (hour !== undefined) hours.push({ hour, cell });
  }
  if (hours.length === 0 || width < 1) return undefined;
  const [from, to] = [hourOf(period?.first_seen ?? ""), hourOf(period?.last_seen ?? "")];
  const first = hours.reduce((least, { hour }) => Math.min(least, hour), from ?? Infinity);
  const last = hours.reduce((most, { hour }) => Math.max(most, hour), to ?? -Infinity);
  const length = columnLength(last - first + 1, width);
  // Columns of a day begin at midnight, those of six hours at 0, 6, 12 and 18.
  const start = Math.floor(first / Math.min(length, 24)) * Math.min(length, 24);
  const count = Math.floor((last - start) / length) + 1;
  const columns = Array<number>(count).fill(0);
  const row = (decky: string) => ({ decky, events: 0, columns: Array<number>(count).fill(0) });
  const rows = new Map(deckies.map(({ decky }) => [decky, row(decky)]));
  for (const { hour, cell } of hours) {
    const column = Math.floor((hour - start) / length);
    columns[column]! += cell.events;
    const found = rows.get(cell.decky) ?? row(cell.decky);
    rows.set(cell.decky, found);
    found.events += cell.events;
    found.columns[column]! += cell.events;
  }
  const all = [...rows.values()].filter(({ events }) => events > 0);
  return {
    start: formatTimestamp(start * HOUR_MICROS),
    hours: length,
    columns,
    rows: all,
    most: greatest(columns),
    mostInRow: greatest(all.map((row) => greatest(row.columns))),
  };
}

/** From the first to the last sight of any of `profiles`; undefined when there are none. */
export function periodOf(profiles: readonly SeenSpan[]): SeenSpan | undefined {
  const [one] = profiles;
  if (one === undefined) return undefined;
  let { first_seen, last_seen } = one;
  for (const profile of profiles) {
    if (profile.first_seen < first_seen) first_seen = profile.first_seen;
    if (profile.last_seen > last_seen) last_seen = profile.last_seen;
  }
  return { first_seen, last_seen };
}

/** Start of a column, as a timestamp. */
export function columnStart({ start, hours }: Timeline, column: number): string {
  return formatTimestamp((parseTimestampOrUtc(start) ?? 0) + column * hours * HOUR_MICROS);
}

/** Hours of a column, so that `span` hours fit, also where the first column begins early. */
function columnLength(span: number, width: number): number {
  const fits = (length: number) => Math.ceil(span / length) + (length > 1 ? 1 : 0) <= width;
  const nice = LENGTHS.find(fits);
  if (nice !== undefined) return nice;
  const month = LENGTHS.at(-1)!;
  const months = Math.ceil(span / month / Math.max(1, width - 1));
  return width === 1 ? span + 24 : months * month;
}

function hourOf(timestamp: string): number | undefined {
  const micros = parseTimestampOrUtc(timestamp);
  return micros === undefined ? undefined : Math.floor(micros / HOUR_MICROS);
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
