/**
 * Listens on TCP ports of both IP versions in the network namespace that it is started in, until its
 * stdin ends; prints `ready`. It accepts nothing: the kernel answers SYNs without it.
 *
 * Usage: deno run -A raw_listener_child.ts PORT...
 */
if (import.meta.main) {
  const listeners = Deno.args.map((port) => Deno.listen({ hostname: "::", port: Number(port) }));
  await Deno.stdout.write(new TextEncoder().encode("ready\n"));
  await Deno.stdin.readable.pipeTo(new WritableStream());
  for (const listener of listeners) listener.close();
}
