/**
 * Loaded before each test file by `deno task test`: a test that hangs fails after a while, by its
 * name, instead of holding up the whole suite. A test may state a deadline of its own.
 */

/** Far beyond the slowest test on a busy machine. */
const DEADLINE_MS = 600_000;

type Definition = Partial<Deno.TestDefinition>;

const register = Deno.test;

/** Each way to call `Deno.test` as one definition. */
function definitionOf(args: readonly unknown[]): Definition {
  const parts = args.map((arg): Definition => {
    if (typeof arg === "string") return { name: arg };
    if (typeof arg !== "function") return arg as Definition;
    const fn = arg as Deno.TestDefinition["fn"];
    return fn.name === "" ? { fn } : { name: fn.name, fn };
  });
  // A name that is given goes before that of the function.
  return Object.assign({}, ...parts, ...parts.filter(({ fn }) => fn === undefined));
}

function withDeadline(...args: unknown[]): void {
  register({ timeout: DEADLINE_MS, ...definitionOf(args) } as Deno.TestDefinition);
}

(Deno as { test: unknown }).test = Object.assign(withDeadline, register);
