/** A request over TLS by OpenSSL's client, which writes down its secrets. */
import assert from "node:assert/strict";
import { toolPath } from "./system_command.ts";

const REQUEST = "GET /sealed HTTP/1.0\r\nHost: decoy.example\r\nUser-Agent: intruder\r\n\r\n";

/**
 * Asks the server at `port` of 127.0.0.1 for `/sealed`.
 *
 * @param options of the client
 * @param path of a file for its key log, which is taken away again
 * @returns the key log
 */
export async function sealedTalk(
  port: number,
  options: readonly string[],
  path: string,
): Promise<string> {
  const child = new Deno.Command(toolPath("openssl"), {
    args: ["s_client", "-quiet", "-connect", `127.0.0.1:${port}`, ...options, "-keylogfile", path],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(REQUEST));
  const { stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout);
  assert.match(said, /^HTTP/, `${options.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  const keys = await Deno.readTextFile(path);
  await Deno.remove(path);
  return keys;
}
