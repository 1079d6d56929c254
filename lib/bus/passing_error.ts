/** Which errors of the hub's client go by. */

/** What the client throws when nobody answers: while servers elect a leader, or the connection is lost. */
const PASSING: ReadonlySet<string> = new Set([
  ...["TimeoutError", "JetStreamNotEnabled", "NoRespondersError", "ConnectionError"],
]);

/** HTTP's Service Unavailable, which JetStream's API uses for servers that are away. */
const UNAVAILABLE = 503;

/** True when the same may go well a moment later, without anybody doing anything. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (PASSING.has(error.name)) return true;
  // That of a request, which may also be one that is not allowed.
  if (error.name === "RequestError") return isPassing(error.cause);
  return (error as { status?: unknown }).status === UNAVAILABLE;
}

/**
 * True when somebody was asked and has not answered, as by servers that elect their leader. Where there is no
 * JetStream at all, nobody is asked, and that is known at once.
 */
export function isUnanswered(error: unknown): boolean {
  return isPassing(error) && (error as Error).name !== "JetStreamNotEnabled";
}
