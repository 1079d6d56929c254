/**
 * The reference: lines of a file through the plain client, each acknowledged.
 *
 * Usage: bus_plain_client.ts URL PREFIX FILE WINDOW COUNT
 */
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const [url, prefix, path, window, count] = Deno.args;
const lines = (await Deno.readTextFile(path!)).split("\n", Number(count));
const encoder = new TextEncoder();
const connection = await connect({ servers: url! });
const client = jetstream(connection);
const waiting: Promise<unknown>[] = [];
for (const [index, line] of lines.entries()) {
  if (waiting.length === Number(window)) await waiting.shift();
  waiting.push(
    client.publish(`${prefix}.system.log`, encoder.encode(line), { msgID: `${prefix}-${index}` }),
  );
}
await Promise.all(waiting);
await connection.close();
