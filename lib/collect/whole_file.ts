/** A small file that is replaced as a whole, and is on the disk then. */

/** One such file. */
export interface WholeFile {
  readonly path: string;
  /** What it holds; undefined when it is not there, empty when it cannot be read. */
  read(): string | undefined;
  /** Replaces what it holds. Rejects with what the system reports; it then holds what it did. */
  write(text: string): Promise<void>;
}

/** The file at `path` (0640). */
export function wholeFile(path: string): WholeFile {
  return {
    path,
    read: () => {
      try {
        return Deno.readTextFileSync(path);
      } catch (error) {
        return error instanceof Deno.errors.NotFound ? undefined : "";
      }
    },
    write: async (text) => {
      const fresh = `${path}.new`;
      {
        using file = await Deno.open(fresh, {
          write: true,
          create: true,
          truncate: true,
          mode: 0o640,
        });
        const bytes = new TextEncoder().encode(text);
        for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
        await file.sync();
      }
      await Deno.rename(fresh, path);
    },
  };
}
