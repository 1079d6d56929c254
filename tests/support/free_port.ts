/** Ports of the loopback interface that nobody uses. */

/** A TCP port that was free a moment ago. Whoever binds it must be ready to find it taken. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
