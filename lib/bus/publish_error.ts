/** Why an event does not get into the stream, where more can be said than that. */
import { BusError } from "./bus_error.ts";

/** No stream takes the subjects. */
export class NoStreamError extends BusError {}

/** The hub takes no message of this size: the first event of the queue will never be stored. */
export class EventTooLargeError extends BusError {}
