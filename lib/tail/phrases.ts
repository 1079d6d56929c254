/** Pieces of sentences about events. */
import type { Event } from "../event/event.ts";
import { hostPort } from "../net/host_port.ts";
import { eventText } from "./event_path.ts";

/** An event that is being put into words. What it gives is as the event has it: not yet fit for a terminal. */
export class Phrases {
  constructor(readonly event: Event) {}

  /** The field as text; undefined when there is none or it is empty. */
  text(...names: string[]): string | undefined {
    for (const name of names) {
      const text = eventText(this.event.fields[name]);
      if (text !== undefined && text !== "") return text;
    }
    return undefined;
  }

  /** `before`, the first of the fields that there is, and `after`; undefined without any. */
  with(before: string, name: string | readonly string[], after = ""): string | undefined {
    const text = this.text(...typeof name === "string" ? [name] : name);
    return text === undefined ? undefined : `${before}${text}${after}`;
  }

  /** As {@linkcode Phrases.with}, the text in quotes. */
  quoted(before: string, name: string | readonly string[]): string | undefined {
    return this.with(`${before}"`, name, '"');
  }

  /** The port that was touched, as ` port 443`. */
  get port(): string {
    return this.with(" port ", ["dst_port", "local_port"]) ?? "";
  }

  /** The target of a probe. */
  get target(): string {
    const address = this.text("target_ip") ?? this.event.attacker_ip;
    const port = this.text("target_port");
    return port === undefined || port === "-" ? address : hostPort(address, Number(port));
  }
}

/** The parts that there are, with spaces between them. */
export function say(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

/** Puts an event of one type into words. */
export type Sentence = (event: Phrases) => string;
