/**
 * SSH servers at all addresses of the network namespace that it is started in, which change their algorithms
 * with each line on stdin: the line is part of them. Prints `listens`, and `changed LINE`; ends with stdin.
 *
 * Usage: deno run -A rotating_hosts_child.ts PORT
 */
import { readLines } from "../../lib/text/lines.ts";
import { nameLists, sshOpening } from "./ssh_script.ts";

if (import.meta.main) {
  let generation = "0";
  const listener = Deno.listen({ hostname: "0.0.0.0", port: Number(Deno.args[0]) });
  const say = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  void accept(listener, () => sshOpening("SSH-2.0-fleet", nameLists(`kex-${generation}`)));
  say("listens");
  for await (const line of readLines(Deno.stdin.readable)) {
    generation = line;
    say(`changed ${line}`);
  }
  Deno.exit(0);
}

async function accept(listener: Deno.TcpListener, opening: () => Uint8Array): Promise<void> {
  for await (const connection of listener) void greet(connection, opening());
}

async function greet(connection: Deno.TcpConn, opening: Uint8Array): Promise<void> {
  try {
    for (let rest = opening; rest.length > 0;) {
      rest = rest.subarray(await connection.write(rest));
    }
    const buffer = new Uint8Array(1024);
    while (await connection.read(buffer) !== null);
    connection.close();
  } catch {
    // Probers that are killed reset their connections.
  }
}
