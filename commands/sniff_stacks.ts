/** `--p0f-db`: the signatures that name TCP/IP stacks. */
import { parseDatabase, type StackDatabase } from "../lib/fingerprint/p0f/database.ts";
import { ownSignatures } from "../lib/fingerprint/p0f/signatures.ts";
import { systemReason } from "../lib/system_error.ts";
import { UsageError } from "./exit_code.ts";

/** The user's p0f.fp, or our own signatures. @throws {UsageError} for a file with a mistake in it */
export async function stackDatabase(path: string | undefined): Promise<StackDatabase> {
  if (path === undefined) return ownSignatures();
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(`--p0f-db: ${path}: ${systemReason(error)}`);
  }
  const { database, errors } = parseDatabase(text);
  const [first] = errors;
  if (first !== undefined) {
    throw new UsageError(`--p0f-db: ${path} line ${first.line}: ${first.message}`);
  }
  return database;
}
