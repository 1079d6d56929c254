/** Who hears of what is read into a store: reports of health, and spans. */
import type { LogCursor } from "../log/cursor.ts";
import type { LogLines } from "../log/item.ts";
import type { LineCounts } from "./profile_store.ts";

/** Hears of reading. `name` is that of the input. */
export interface IngestWatch {
  /** Reading begins at `cursor`; undefined for an input that was not read before. */
  begins(name: string, cursor: LogCursor | undefined): void;
  /** Lines are about to be read. */
  reads(name: string, lines: LogLines): void;
  /** All before `cursor` is in the store. @param attackers how many of them the events were of */
  committed(
    name: string,
    cursor: LogCursor | undefined,
    counts: Readonly<LineCounts>,
    attackers: number,
  ): void;
}
