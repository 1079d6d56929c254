/** The stores that profiles can be kept in: what holds for one holds for all. */
import { sharedPostgres } from "./postgres_server.ts";
import { sharedFolder } from "./temp_folder.ts";
import type { ToolCommand } from "../../scripts/test_tools.ts";

/** A kind of store. */
export interface StoreKind {
  readonly name: string;
  readonly needs: readonly ToolCommand[];
  /** A place with nothing in it, as `--db` takes it. */
  fresh(): Promise<string>;
  /** Share of the property tests' runs that are worth their time. */
  readonly share: number;
}

let files = 0;

/** All of them. */
export const STORE_KINDS: readonly StoreKind[] = [
  {
    name: "SQLite",
    needs: [],
    share: 1,
    fresh: () => Promise.resolve(`${sharedFolder()}/${++files}.db`),
  },
  {
    name: "PostgreSQL",
    needs: ["postgres", "setpriv"],
    // Each run makes a database.
    share: 0.5,
    fresh: async () => await (await sharedPostgres()).newDatabase(),
  },
];
