/** Events as `decnet tail` shows them on a terminal. */
import type { Event } from "../lib/event/event.ts";
import { severity } from "../lib/event/severity.ts";
import { eventPath, eventText } from "../lib/tail/event_path.ts";
import { sentence } from "../lib/tail/sentence.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import { stableColour } from "../lib/terminal/stable_colour.ts";
import type { Style } from "../lib/terminal/style.ts";
import { cutToWidth, padToWidth } from "../lib/terminal/width.ts";

/** How events are shown. */
export interface TailViewOptions {
  readonly style: Style;
  readonly isColoured: boolean;
  /** Columns of the terminal; asked for each line, for it may change. Infinity: lines are not cut. */
  readonly columns: () => number;
  /** Times of this machine instead of UTC. */
  readonly isLocal: boolean;
  /** Values to show instead of a sentence. */
  readonly fields?: readonly string[] | undefined;
  /** Everything of an event, one value a line. */
  readonly isFull: boolean;
}

/** Below so many columns the date, and then who was attacked, is left out. */
const DATED_FROM = 110;
const DECOY_FROM = 80;

/** Columns of an IPv4 address, and of a decoy with its service. */
const ADDRESS_WIDTH = 15;
const DECOY_WIDTH = 22;

/** Severities (RFC 5424 table 2) from which on, downwards, an event stands out. */
const ERROR = 3;
const WARNING = 4;

/** Puts events into lines. */
export class TailView {
  readonly #options: TailViewOptions;
  readonly #fields: readonly (readonly [string, ReturnType<typeof eventPath>])[] | undefined;

  constructor(options: TailViewOptions) {
    this.#options = options;
    this.#fields = options.fields?.map((path) => [path, eventPath(path)]);
  }

  /** The line, or with `--full` the lines, of an event. */
  lines(event: Event): string[] {
    return this.#options.isFull ? this.#full(event) : [this.#line(event)];
  }

  #line(event: Event): string {
    const { style, columns } = this.#options;
    // The last column stays free: text in it would make some terminals wrap.
    const width = columns() - 1;
    const time = this.#time(event.timestamp, width >= DATED_FROM);
    const mark = severity(event.event_type) <= WARNING ? "!" : " ";
    const address = escapeForTerminal(event.attacker_ip).padEnd(ADDRESS_WIDTH);
    const decoy = width < DECOY_FROM
      ? ""
      : `${padToWidth(escapeForTerminal(`${event.decky}/${event.service}`), DECOY_WIDTH)} `;
    const taken = time.length + mark.length + address.length + decoy.length + 2;
    const words = cutToWidth(
      escapeForTerminal(this.#words(event)),
      Math.max(0, width - taken),
    );
    return [
      style.dim(time),
      `${this.#attacker(event.attacker_ip, address)} ${style.dim(decoy)}` +
      this.#bySeverity(event, mark + words),
    ].join(" ").trimEnd();
  }

  #words(event: Event): string {
    if (this.#fields === undefined) return sentence(event);
    return this.#fields.map(([path, value]) => `${path}=${eventText(value(event)) ?? "-"}`).join(
      " ",
    );
  }

  #full(event: Event): string[] {
    const { style } = this.#options;
    const { fields, msg, timestamp, attacker_ip, event_type } = event;
    const name = (text: string) => style.cyan(escapeForTerminal(text));
    const rows = [
      ...(["event_id", "sensor", "decky", "service"] as const).map((key) =>
        [key, event[key]] as const
      ),
      ...Object.entries(fields),
      ...msg === undefined ? [] : [["msg", msg] as const],
    ];
    const width = Math.max(...rows.map(([key]) => key.length));
    return [
      `${style.dim(this.#time(timestamp, true))} ` +
      `${this.#attacker(attacker_ip, escapeForTerminal(attacker_ip))} ` +
      this.#bySeverity(event, style.bold(escapeForTerminal(event_type))),
      `    ${escapeForTerminal(sentence(event))}`,
      ...rows.map(([key, value]) =>
        `    ${name(key)}${" ".repeat(width - key.length)}  ${escapeForTerminal(String(value))}`
      ),
    ];
  }

  #attacker(address: string, text: string): string {
    return this.#options.isColoured ? stableColour(address, text) : text;
  }

  #bySeverity({ event_type }: Event, text: string): string {
    const { style } = this.#options;
    const level = severity(event_type);
    return level <= ERROR ? style.red(text) : level <= WARNING ? style.yellow(text) : text;
  }

  /** `11-21 12:34:56.123`, or without room `12:34:56`. */
  #time(timestamp: string, isWide: boolean): string {
    const text = this.#options.isLocal ? localTime(timestamp) : timestamp;
    return isWide ? text.slice(5, 23).replace("T", " ") : text.slice(11, 19);
  }
}

/** The same moment as this machine's clock on the wall shows it. */
function localTime(timestamp: string): string {
  const date = new Date(timestamp);
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString();
}
