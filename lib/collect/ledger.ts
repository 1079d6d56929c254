/** Where streams and output have come to, from one commit to the next. */
import { logPaths } from "../event/log_pair.ts";
import type { Checkpoint, StreamPlace } from "./checkpoint.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";
import type { HeldBack } from "./held_back.ts";
import type { OutputEnds } from "./output.ts";
import { OutputPlace, type SyncFile } from "./output_place.ts";
import type { ReadBackRest } from "./read_back.ts";
import type { Position } from "./source.ts";

/** Seconds after which a stream that nobody asked for is forgotten: its container is gone. */
const FORGET_AFTER = 90 * 86_400;

/** What a {@linkcode Ledger} works with. */
export interface LedgerOptions {
  /** Base path of the output. */
  readonly base: string;
  readonly store: CheckpointStore;
  readonly held: HeldBack;
  /** Where to go on from. */
  readonly checkpoint: Checkpoint | undefined;
  readonly sync?: SyncFile | undefined;
}

/** Knows the places, and stores them. */
export class Ledger {
  readonly #store: CheckpointStore;
  readonly #held: HeldBack;
  readonly #log: OutputPlace;
  readonly #json: OutputPlace;
  readonly #streams: Map<string, StreamPlace>;
  readonly #seen = new Set<string>();
  #last: Checkpoint | undefined;
  #copied: Checkpoint | undefined;

  constructor({ base, store, held, checkpoint, sync }: LedgerOptions) {
    const paths = logPaths(base);
    this.#log = new OutputPlace(paths.log, sync);
    this.#json = new OutputPlace(paths.json, sync);
    this.#store = store;
    this.#held = held;
    this.#streams = new Map(checkpoint?.streams);
    held.restore(checkpoint?.held ?? []);
  }

  /** The place of a stream. @param now seconds since the epoch */
  position(key: string, now: number): Position | undefined {
    const place = this.#streams.get(key);
    if (place === undefined) return undefined;
    this.#seen.add(key);
    this.#streams.set(key, { ...place, seen: now });
    return place.position;
  }

  /** A stream has come to `position`. @param now seconds since the epoch */
  advance(key: string, position: Position, now: number): void {
    this.#seen.add(key);
    this.#streams.set(key, { position, seen: now });
  }

  /** A stream will never go on. */
  forget(key: string): void {
    this.#streams.delete(key);
  }

  /**
   * Stores where everything is. Whatever was recorded must be written.
   *
   * @param ends where the output ends
   * @param now seconds since the epoch
   * @param rest lines before that end which will come again
   * @returns false when the files were exchanged meanwhile, so that it has to be done again
   * @throws {StateError | LogFileError}
   */
  async commit(
    { log, json }: OutputEnds,
    now: number,
    rest: ReadBackRest | undefined,
  ): Promise<boolean> {
    for (const [key, { seen }] of this.#streams) {
      if (seen < now - FORGET_AFTER && !this.#seen.has(key)) this.#streams.delete(key);
    }
    // Taken before anything is waited for: what is recorded meanwhile is not part of it.
    const streams = new Map(this.#streams);
    const held = this.#held.save();
    const [logCursor, jsonCursor] = [await this.#log.cursor(log), await this.#json.cursor(json)];
    if (logCursor === undefined || jsonCursor === undefined) return false;
    const checkpoint = { log: logCursor, json: jsonCursor, streams, held, rest };
    await this.#store.save(checkpoint);
    this.#held.stored();
    this.#last = checkpoint;
    return true;
  }

  /** Brings the output on the disk, and keeps the last commit there. Rejects with what the system reports. */
  async makeDurable(): Promise<void> {
    const checkpoint = this.#last;
    if (checkpoint === undefined || checkpoint === this.#copied) return;
    await this.#log.sync();
    await this.#json.sync();
    await this.#store.saveCopy(checkpoint);
    this.#copied = checkpoint;
  }

  close(): void {
    this.#log.close();
    this.#json.close();
  }
}
