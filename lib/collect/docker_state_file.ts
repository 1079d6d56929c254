/** Keeps up with a decnet-state.json, which changes as decoys come and go. */
import { NO_SERVICE_NAMES, readServiceNames, type ServiceNames } from "./docker_select.ts";

/** The file at a path; what it says is kept while it cannot be read. */
export class DecoyStateFile {
  readonly #path: string;
  readonly #warn: (text: string) => void;
  #names: ServiceNames = NO_SERVICE_NAMES;
  /** What the file looked like when it was read. */
  #version = "";
  #isTroubled = false;

  /** @param warn told once of each time that the file cannot be read */
  constructor(path: string, warn: (text: string) => void) {
    this.#path = path;
    this.#warn = warn;
  }

  /** As of the last {@linkcode DecoyStateFile.refresh}. */
  get names(): ServiceNames {
    return this.#names;
  }

  /** Reads the file if it has changed. Never rejects. */
  async refresh(): Promise<void> {
    try {
      const { mtime, size, ino } = await Deno.stat(this.#path);
      const version = `${mtime?.getTime()} ${size} ${ino}`;
      if (version === this.#version) return;
      this.#names = readServiceNames(await Deno.readTextFile(this.#path));
      this.#version = version;
      this.#isTroubled = false;
    } catch (error) {
      if (this.#isTroubled) return;
      this.#isTroubled = true;
      this.#warn(`${this.#path}: ${(error as Error).message}`);
    }
  }
}
