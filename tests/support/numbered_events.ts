/** Events with numbers, by which a loss, a double and a wrong order show. */
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { parseEvents } from "./decnet.ts";

/** Second of the first event, since the epoch; the next is a second later. */
const FIRST_SECOND = 1_700_000_000;

/** The line of the event `number`, without its newline. @param padding makes it longer */
export function numberedLine(number: number, padding = ""): string {
  return toJsonLine(createEvent({
    time: (FIRST_SECOND + number) * 1_000_000,
    sensor: "s",
    decky: "d",
    service: "ssh",
    eventType: "connect",
    fields: { src_ip: "203.0.113.7", number, ...padding === "" ? {} : { padding } },
    origin: String(number),
  }));
}

/** `count` such lines from `first` on, each with its newline. */
export function numberedLines(first: number, count: number, padding = ""): string {
  return upTo(count).map((index) => `${numberedLine(first + index, padding)}\n`).join("");
}

/** `count` lines of commands from number `first` on, each with its newline, of `attackers` by turns. */
export function numberedCommands(first: number, count: number, attackers: number): string {
  return upTo(count).map((index) => {
    const number = first + index;
    const line = toJsonLine(createEvent({
      time: FIRST_SECOND * 1_000_000 + number * 1000,
      sensor: "s",
      decky: "web-1",
      service: "ssh",
      eventType: "command",
      attackerIp: `192.0.2.${number % attackers}`,
      fields: { number },
      origin: String(number),
    }));
    return `${line}\n`;
  }).join("");
}

/** The numbers of the events in JSON lines. @throws {SyntaxError} when a line is torn */
export function numbersOf(lines: string): number[] {
  return parseEvents(lines).map(({ fields }) => Number(fields["number"]));
}

/** 0 to `count` - 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** True for text that has so many lines. */
export function hasLines(count: number): (text: string) => boolean {
  return (text) => text.split("\n").length > count;
}
