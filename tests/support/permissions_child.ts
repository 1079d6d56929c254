/**
 * `decnet` as it is, which prints its permissions as a line of JSON on stderr: at its start, and each
 * time it gets SIGUSR2.
 *
 * Usage: deno run permissions_child.ts VERB [FLAGS] ...
 */
import { runApp } from "../../commands/app.ts";

/** Every kind of permission; of those that are granted for some names only, one of these names. */
const PERMISSIONS = {
  run: { name: "run" },
  read: { name: "read" },
  write: { name: "write" },
  net: { name: "net" },
  env: { name: "env", variable: "TERM" },
  sys: { name: "sys", kind: "hostname" },
  ffi: { name: "ffi" },
  import: { name: "import" },
} as const satisfies Record<string, Deno.PermissionDescriptor>;

/** What the child prints: true for what is granted, be it in part. */
export type Permissions = Readonly<Record<keyof typeof PERMISSIONS, boolean>>;

function tell(): void {
  const states = Object.entries(PERMISSIONS).map(([kind, descriptor]) => {
    const { state, partial } = Deno.permissions.querySync(descriptor);
    return [kind, state === "granted" || partial];
  });
  Deno.stderr.writeSync(
    new TextEncoder().encode(`${JSON.stringify(Object.fromEntries(states))}\n`),
  );
}

if (import.meta.main) {
  tell();
  Deno.addSignalListener("SIGUSR2", tell);
  Deno.exit(await runApp(Deno.args));
}
