/** Run as a program: prints the length of each chunk of standard input, as openCapture() gives it. */
import { openCapture, STDIN_PATH } from "../../lib/net/capture_source.ts";

for await (const chunk of openCapture(STDIN_PATH)) {
  await Deno.stdout.write(new TextEncoder().encode(`${chunk.length}\n`));
}
