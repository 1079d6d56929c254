/** What the hub says to a message for a stream. */

const DECODER = new TextDecoder();

/**
 * Reads a PubAck of JetStream (nats.go, PubAck and APIError).
 *
 * @returns undefined when the message is stored for certain, else why it is not
 */
export function parsePublishAck(data: Uint8Array): Error | undefined {
  let ack: unknown;
  try {
    ack = JSON.parse(DECODER.decode(data));
  } catch {
    return new Error("an answer that is none");
  }
  const { stream, seq, error } = (ack ?? {}) as Record<string, unknown>;
  if (typeof error === "object" && error !== null) {
    const { description } = error as { description?: unknown };
    return new Error(typeof description === "string" ? description : "refused");
  }
  if (typeof stream !== "string" || typeof seq !== "number") {
    return new Error("an answer that is none");
  }
  // A leader that has seen the id, but does not know yet whether the cluster has stored the message:
  // should it be deposed now, nobody has.
  return seq > 0 ? undefined : new Error("it is not certain yet that the event is stored");
}
