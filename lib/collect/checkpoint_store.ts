/** Keeps checkpoints: the newest in the state file, and an older one that a power loss leaves whole. */
import { sha256Hex } from "../hash.ts";
import { ABSENT, StateError, type StateStore } from "../store/state_store.ts";
import { type Checkpoint, checkpointJson, isFromLater, parseCheckpoint } from "./checkpoint.ts";
import type { WholeFile } from "./whole_file.ts";

/** What an earlier run has left. */
export interface StoredCheckpoints {
  /** Of the last commit. */
  readonly newest: Checkpoint | undefined;
  /** Of the last time that all was on the disk. */
  readonly durable: Checkpoint | undefined;
  /** What there was and could not be read, in words. */
  readonly damaged: readonly string[];
}

/** Nothing was left. */
export const NOTHING_STORED: StoredCheckpoints = {
  newest: undefined,
  durable: undefined,
  damaged: [],
};

/** The checkpoints of one collector. */
export class CheckpointStore {
  readonly #store: StateStore;
  readonly #key: string;
  readonly #copy: WholeFile;
  #revision: number | undefined;

  /**
   * @param key names the collector
   * @param copy holds the older checkpoint
   */
  constructor(store: StateStore, key: string, copy: WholeFile) {
    this.#store = store;
    this.#key = key;
    this.#copy = copy;
  }

  /** Reads what is there. @throws {StateError} */
  async load(): Promise<StoredCheckpoints> {
    const damaged: string[] = [];
    const entry = await this.#store.get(this.#key);
    if (isFromLater(entry?.value)) {
      throw new StateError("the cursor was written by a newer decnet");
    }
    this.#revision = entry?.revision ?? ABSENT;
    const newest = parseCheckpoint(entry?.value);
    if (entry !== undefined && newest === undefined) damaged.push("the cursor in the state file");
    const text = this.#copy.read();
    const durable = text === undefined ? undefined : parseCopy(text);
    if (text !== undefined && durable === undefined) damaged.push(this.#copy.path);
    return { newest, durable, damaged };
  }

  /** Stores the newest. @throws {StateError} */
  async save(checkpoint: Checkpoint): Promise<void> {
    const value = checkpointJson(checkpoint);
    // Somebody who tampers with the state file cannot stop us for long.
    for (;;) {
      this.#revision ??= (await this.#store.get(this.#key))?.revision ?? ABSENT;
      const revision = this.#revision;
      this.#revision = undefined;
      if (await this.#store.compareAndSet(this.#key, revision, value)) {
        this.#revision = revision + 1;
        return;
      }
    }
  }

  /** Replaces the copy by one that is on the disk. Rejects with what the system reports. */
  async saveCopy(checkpoint: Checkpoint): Promise<void> {
    const text = JSON.stringify(checkpointJson(checkpoint));
    await this.#copy.write(`${text}\n${sha256Hex(text)}\n`);
  }
}

function parseCopy(text: string): Checkpoint | undefined {
  const [json = "", sum] = text.split("\n");
  if (sum !== sha256Hex(json)) return undefined;
  try {
    return parseCheckpoint(JSON.parse(json));
  } catch {
    return undefined;
  }
}
