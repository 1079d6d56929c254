/** Joins its standard streams with a socket, as `docker system dial-stdio` does on the far side of SSH. */

if (import.meta.main) {
  const socket = await Deno.connect({ transport: "unix", path: Deno.args[0]! });
  await Promise.race([
    Deno.stdin.readable.pipeTo(socket.writable),
    socket.readable.pipeTo(Deno.stdout.writable),
  ]);
  Deno.exit(0);
}
