/** Events as syslog messages, in any format. */
import type { Event } from "../../event/event.ts";
import type { OutputFormat } from "../../event/formats.ts";
import { writeRfc5424 } from "../../event/rfc5424_writer.ts";

/** Writes events as RFC 5424 messages; other formats become the message of a header like theirs. */
export function syslogWriter(
  format: OutputFormat,
  sdId: string | undefined,
): (event: Event) => string {
  if (format.name === "rfc5424") return (event) => writeRfc5424(event, { sdId });
  return (event) => {
    const { msg: _, ...rest } = event;
    return `${writeRfc5424({ ...rest, fields: {} })} ${format.write(event)}`;
  };
}
