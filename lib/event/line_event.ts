/** An RFC 5424 line, such as a container prints, as an event. */
import { createEvent } from "./create.ts";
import type { Event } from "./event.ts";
import { parseRfc5424 } from "./rfc5424_parser.ts";

/** What the line itself does not tell. */
export interface LineContext {
  readonly sensor: string;
  /** Where the line came from, see `createEvent()`; without it the event's id is random. */
  readonly origin?: string | undefined;
  /** Microseconds since the epoch at which the line was received, for a header without a time. */
  readonly receivedAt?: number | undefined;
}

/**
 * The event that `line` reports; undefined when it is no RFC 5424 line or no time is known. A line
 * whose structured data is broken gets the field `damaged` and whatever fields came before.
 */
export function eventFromLine(line: string, context: LineContext): Event | undefined {
  const message = parseRfc5424(line);
  const time = message?.time ?? context.receivedAt;
  if (message === undefined || time === undefined) return undefined;
  return createEvent({
    time,
    sensor: context.sensor,
    decky: message.decky,
    service: message.service,
    eventType: message.eventType,
    fields: message.damaged ? { ...message.fields, damaged: true } : message.fields,
    msg: message.msg,
    origin: context.origin,
  });
}
