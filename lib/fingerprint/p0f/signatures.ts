/** Our own signature file. */
import text from "./signatures.fp" with { type: "text" };
import { parseDatabase, type StackDatabase } from "./database.ts";

/** What our signature file says; read once, when first asked for. */
export function ownSignatures(): StackDatabase {
  return database ??= parseDatabase(text).database;
}

let database: StackDatabase | undefined;
