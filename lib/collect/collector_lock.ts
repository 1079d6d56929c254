/** One collector for one pair of files. */
import { releaseLock } from "../release_lock.ts";

/** Who holds the lock. */
export interface LockHolder {
  readonly pid: number;
  /** RFC 3339. */
  readonly since: string;
}

/** A lock that ends with its process, however that ends. */
export class CollectorLock implements Disposable {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Takes the lock at `path`. The file stays behind: to remove it would let two in at a time.
   *
   * @returns the lock, or who holds it, as far as the file tells
   * @throws {Error} what the system reports
   */
  static async take(path: string): Promise<CollectorLock | Partial<LockHolder>> {
    const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o640 });
    try {
      // flock(2): the kernel lets go of it when the process is gone.
      if (!await file.tryLock(true)) {
        const holder = readHolder(path);
        file.close();
        return holder;
      }
      const holder: LockHolder = { pid: Deno.pid, since: new Date().toISOString() };
      await file.truncate();
      await file.write(new TextEncoder().encode(`${JSON.stringify(holder)}\n`));
      return new CollectorLock(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    releaseLock(this.#file);
  }
}

function readHolder(path: string): Partial<LockHolder> {
  try {
    const { pid, since } = JSON.parse(Deno.readTextFileSync(path));
    return typeof pid === "number" && typeof since === "string" ? { pid, since } : {};
  } catch {
    return {};
  }
}
