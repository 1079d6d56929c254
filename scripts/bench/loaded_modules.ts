/** Which modules a verb loads, by the graph that Deno makes of the source. */

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly size?: number;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier?: string };
    }[];
  }[];
}

/** Modules of our own and what they come to. */
export interface LoadedModules {
  readonly count: number;
  /** Bytes of their source. */
  readonly bytes: number;
}

/**
 * The modules that `decnet VERB` in `folder` cannot do without: main.ts, the command tree and the verb's own, with
 * all that these import. What is imported only under a condition does not count, nor do packages.
 */
export async function loadedModules(folder: string, verb: string): Promise<LoadedModules> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--config", `${folder}/deno.json`, `${folder}/main.ts`],
    stdout: "piped",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`deno info fails in ${folder}`);
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const known = new Map(graph.modules.map((module) => [module.specifier, module]));
  const found = new Set<string>();
  const waiting = ["main.ts", "commands/app.ts", `commands/${verb}_run.ts`]
    .map((path) => `file://${folder}/${path}`);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next) || !next.startsWith("file:")) continue;
    found.add(next);
    for (const { isDynamic = false, code } of known.get(next)?.dependencies ?? []) {
      if (!isDynamic && code?.specifier !== undefined) waiting.push(code.specifier);
    }
  }
  const bytes = [...found].reduce((sum, specifier) => sum + (known.get(specifier)?.size ?? 0), 0);
  return { count: found.size, bytes };
}
