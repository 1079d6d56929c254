/** Temporary folders that go away by themselves. */

/** A folder that exists until it is disposed of. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes a folder for one test. */
export async function tempFolder(): Promise<TempFolder> {
  const path = await Deno.makeTempDir({ prefix: "decnet-test-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

let shared: string | undefined;

/** The folder that all tests of a module share; it goes when the module is through. */
export function sharedFolder(): string {
  if (shared === undefined) {
    const path = Deno.makeTempDirSync({ prefix: "decnet-test-" });
    addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
    shared = path;
  }
  return shared;
}
