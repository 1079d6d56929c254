/**
 * Lists the containers of the engine that its argument names: shows that the Docker client can be loaded,
 * and does without what is given up then.
 */
import { dockerodeEngine } from "../../lib/docker/dockerode_engine.ts";

if (import.meta.main) {
  const engine = await dockerodeEngine({ host: Deno.args[0], env: Deno.env.toObject() });
  for (const name of ["env", "sys", "ffi", "run", "import"] as const) {
    Deno.permissions.revokeSync({ name });
  }
  const containers = await engine.list(new AbortController().signal);
  const text = containers.map(({ name }) => `${name}\n`).join("");
  await Deno.stdout.write(new TextEncoder().encode(text));
}
