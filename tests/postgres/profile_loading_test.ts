/** Whoever keeps profiles in a file pays nothing for PostgreSQL. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What `deno info` says of a module. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier?: string };
  }[];
}

/** The modules that `entry` cannot be loaded without, or with `all` those that it may load. */
async function modulesOf(entry: string, all: boolean): Promise<Set<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", `${ROOT}deno.json`, `${ROOT}${entry}`],
    stderr: "null",
  }).output();
  const { modules }: { modules: readonly Module[] } = JSON.parse(new TextDecoder().decode(stdout));
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set<string>();
  const waiting = [new URL(entry, new URL("../../", import.meta.url)).href];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    for (const { isDynamic = false, code } of known.get(next)?.dependencies ?? []) {
      if ((all || !isDynamic) && code?.specifier !== undefined) waiting.push(code.specifier);
    }
  }
  return found;
}

Deno.test("decnet profile loads the client of PostgreSQL only for a database", async () => {
  const isOfPostgres = (specifier: string) =>
    /\/postgres_(?:profile_store|connection|client)\.ts$|^npm:\/?pg@/.test(specifier);
  const always = [...await modulesOf("commands/profile_run.ts", false)];
  assert.ok(always.some((specifier) => specifier.endsWith("/sqlite_profile_store.ts")));
  assert.deepEqual(always.filter(isOfPostgres), []);
  const sometimes = [...await modulesOf("commands/profile_run.ts", true)].filter(isOfPostgres);
  assert.equal(sometimes.length, 4, `${sometimes}`);
});
