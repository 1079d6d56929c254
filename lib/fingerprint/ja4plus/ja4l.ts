/**
 * JA4L: how far away a host is, by the pace of its TCP handshake.
 *
 * JA4L is a method of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see NOTICE. This
 * implementation was written from the published description.
 */

/** Times of a TCP handshake as they passed by, in microseconds, and the TTLs of both sides. */
export interface HandshakePace {
  readonly synMicros: number;
  readonly synAckMicros: number;
  readonly ackMicros: number;
  readonly openerTtl: number;
  readonly responderTtl: number;
}

/** JA4L of both sides: half a round trip in microseconds, and the TTL. */
export function ja4l(pace: HandshakePace): { readonly client: string; readonly server: string } {
  const { synMicros, synAckMicros, ackMicros, openerTtl, responderTtl } = pace;
  return {
    client: `${Math.floor((ackMicros - synAckMicros) / 2)}_${openerTtl}`,
    server: `${Math.floor((synAckMicros - synMicros) / 2)}_${responderTtl}`,
  };
}
