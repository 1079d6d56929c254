/** Inputs that once did harm, kept as fixtures. */
import { fileURLToPath } from "node:url";
import { sha256Hex } from "../../lib/hash.ts";

/** Where they are kept, each as `TARGET-HASH`. */
const FOLDER = fileURLToPath(new URL("../fixtures/crashes/", import.meta.url));

const HASH_LENGTH = 12;

/** Names of all that are kept. */
export function crashNames(): string[] {
  try {
    return [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The target of a crash by its name, or by the path of its file. */
export function crashTarget(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1, name.lastIndexOf("-"));
}

/** The input that is kept under `name`. */
export function readCrash(name: string): Uint8Array {
  return Deno.readFileSync(FOLDER + name);
}

/** All inputs that are kept for a target. */
export function readCrashes(target: string): Uint8Array[] {
  return crashNames().filter((name) => crashTarget(name) === target).map(readCrash);
}

/** Keeps an input; gives the path of its file. */
export function writeCrash(target: string, input: Uint8Array): string {
  Deno.mkdirSync(FOLDER, { recursive: true });
  const path = `${FOLDER}${target}-${sha256Hex(input).slice(0, HASH_LENGTH)}`;
  Deno.writeFileSync(path, input);
  return path;
}
