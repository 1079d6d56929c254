/** The executable: arguments in, exit code out. */
import { VERSION } from "./lib/version.ts";

// Scripts ask for the version often; it costs nothing but the start of the runtime.
if (Deno.args.length === 1 && (Deno.args[0] === "--version" || Deno.args[0] === "-V")) {
  await Deno.stdout.write(new TextEncoder().encode(`decnet ${VERSION}\n`));
  Deno.exit(0);
}
// Standard output is for events: what a library would print there, of a stranger's bytes even, is kept back.
// deno-lint-ignore no-console
for (const name of ["log", "info", "warn", "error", "debug"] as const) console[name] = () => {};
const { runApp } = await import("./commands/app.ts");
Deno.exit(await runApp(Deno.args));
