/** Opens the first library of several names, with scoped FFI permissions too. */

/** Where libraries lie: for scoped permissions, which know absolute paths only. */
const FOLDERS: readonly string[] = Deno.build.os === "darwin"
  ? ["/usr/lib", "/opt/homebrew/opt/libpcap/lib", "/usr/local/opt/libpcap/lib"]
  : [
    `/usr/lib/${Deno.build.arch}-linux-gnu`,
    `/lib/${Deno.build.arch}-linux-gnu`,
    "/usr/lib64",
    "/lib64",
    "/usr/lib",
    "/lib",
    "/usr/local/lib",
  ];

/** Names of the C library: glibc's and musl's, or what stands for it on macOS. */
export const C_LIBRARY: readonly string[] = Deno.build.os === "darwin"
  ? ["libSystem.B.dylib"]
  : ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];

/** No library could be opened. */
export class LibraryError extends Error {
  override name = "LibraryError";

  constructor(
    /** `missing`: none is there, or none with the functions; `not_allowed`: no FFI permission. */
    readonly kind: "missing" | "not_allowed",
    message: string,
  ) {
    super(message);
  }
}

/**
 * Opens the first of the libraries `names` that is there and holds `symbols`.
 *
 * With `--allow-ffi` the system's linker looks for them. With `--allow-ffi=PATH,...` they are tried
 * in the system's usual folders, where the permission covers them; it never prompts.
 *
 * @throws {LibraryError}
 */
export function openLibrary<const S extends Deno.ForeignLibraryInterface>(
  names: readonly string[],
  symbols: S,
): Deno.DynamicLibrary<S> {
  const allowed = allowedCandidates(names);
  if (allowed.length === 0) {
    throw new LibraryError("not_allowed", `${names[0]} needs the permission --allow-ffi`);
  }
  let unfit: string | undefined;
  for (const candidate of allowed) {
    try {
      return Deno.dlopen(candidate, symbols);
    } catch (error) {
      const symbol = /Failed to register symbol (\w+)/.exec((error as Error).message)?.[1];
      if (symbol !== undefined) unfit ??= `${candidate} has no ${symbol}`;
    }
  }
  throw new LibraryError("missing", unfit ?? `none of ${names.join(", ")} is there`);
}

function allowedCandidates(names: readonly string[]): string[] {
  const paths = names.flatMap((name) =>
    name.startsWith("/") ? [name] : FOLDERS.map((folder) => `${folder}/${name}`)
  );
  const everything = Deno.permissions.querySync({ name: "ffi" }).state === "granted";
  if (everything) return [...names, ...paths];
  return paths.filter((path) =>
    Deno.permissions.querySync({ name: "ffi", path }).state === "granted"
  );
}
