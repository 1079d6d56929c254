/** Reads an engine's event stream: one JSON object a line. */
import { ByteQueue } from "../byte_queue.ts";
import type { LogTime } from "./log_time.ts";
import { readLabels } from "./read_containers.ts";

/** Something happened to a container. */
export interface ContainerEvent {
  readonly action: "start" | "stop" | "remove" | "rename";
  readonly id: string;
  /** Of the container, after the event. */
  readonly name: string;
  /** Labels of the container, among other attributes. */
  readonly labels: Readonly<Record<string, string>>;
  /** As an engine takes it for `since`; undefined where the event has no time. */
  readonly time: LogTime | undefined;
}

/** What engines call the actions; `died` and `remove` are Podman's. */
const ACTIONS: Readonly<Record<string, ContainerEvent["action"]>> = {
  start: "start",
  die: "stop",
  died: "stop",
  destroy: "remove",
  remove: "remove",
  rename: "rename",
};

/** Nanoseconds are beyond what a number holds. Within a string the quotes would be escaped. */
const TIME_NANO = /"timeNano"\s*:\s*(\d{1,10})(\d{9})\b/;

const LF = 0x0a;

/** An event with all its labels is a few KiB. */
const MAX_EVENT = 1024 * 1024;

const decoder = new TextDecoder();

/** The stream of events as it comes, in pieces of any size. */
export class EventReader {
  readonly #queue = new ByteQueue();

  /** Takes what came; gives the events that are whole now. What is none is passed over. */
  push(bytes: Uint8Array): ContainerEvent[] {
    const events: ContainerEvent[] = [];
    this.#queue.append(bytes);
    for (let end; (end = this.#queue.peek().indexOf(LF)) >= 0;) {
      const event = parseContainerEvent(decoder.decode(this.#queue.take(end + 1)));
      if (event !== undefined) events.push(event);
    }
    if (this.#queue.length > MAX_EVENT) this.#queue.clear();
    return events;
  }
}

/** The event that a line tells of; undefined for one of no use here. Never throws. */
export function parseContainerEvent(line: string): ContainerEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { Type, Action, status, Actor } = Object(json) as Record<string, unknown>;
  const { ID, Attributes } = Object(Actor) as Record<string, unknown>;
  const word = typeof Action === "string" ? Action : status;
  const action = typeof word === "string" && Object.hasOwn(ACTIONS, word)
    ? ACTIONS[word]
    : undefined;
  if (action === undefined || typeof ID !== "string" || ID === "") return undefined;
  if (Type !== undefined && Type !== "container") return undefined;
  const labels = readLabels(Attributes);
  const [, seconds, nanos] = TIME_NANO.exec(line) ?? [];
  return {
    action,
    id: ID,
    name: labels["name"] ?? "",
    labels,
    time: nanos === undefined ? undefined : { seconds: Number(seconds), nanos: Number(nanos) },
  };
}
