/** Can files be kept at a place, and for how long? */
import { accessSync, constants, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Finding } from "./finding.ts";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Less free space than this will not last. */
const LITTLE_BYTES = GIB;
/** And this is gone at any moment. */
const NOTHING_BYTES = 64 * MIB;

/**
 * Whether this process may write files into the folder of `path`, which need not exist yet.
 *
 * @param what names the place in the finding: `log`, `state`
 * @param flag the flag that names another place
 */
export function checkWritable(verb: string, what: string, path: string, flag: string): Finding {
  const folder = existingAncestor(dirname(path));
  const remedy = `mkdir -p ${dirname(path)} and give it to this user, or ${flag} for another place`;
  try {
    if (!Deno.statSync(folder).isDirectory) throw new Error("a file stands in the way");
    accessSync(folder, constants.W_OK | constants.X_OK);
    const isFile = isFileAt(path);
    if (isFile === false) {
      const found = `${path} is not a regular file`;
      return { verb, check: what, status: "lacks", found, remedy: `${flag} for another place` };
    }
    if (isFile) accessSync(path, constants.W_OK | constants.R_OK);
  } catch {
    return { verb, check: what, status: "lacks", found: `${path} cannot be written`, remedy };
  }
  return { verb, check: what, status: "ok", found: path };
}

/** How much room is left on the disk of `path`, which need not exist yet. */
export function checkDisk(verb: string, path: string): Finding {
  const folder = existingAncestor(dirname(path));
  const { bsize, bavail, blocks } = statfsSync(folder);
  const free = bavail * bsize;
  const share = blocks === 0 ? 0 : Math.round((bavail / blocks) * 100);
  const found = `${formatBytes(free)} free (${share} %) at ${folder}`;
  const remedy = "make room, or let logs rotate (collect --max-size, logrotate)";
  if (free < NOTHING_BYTES) return { verb, check: "disk", status: "lacks", found, remedy };
  return free < LITTLE_BYTES
    ? { verb, check: "disk", status: "warning", found, remedy }
    : { verb, check: "disk", status: "ok", found };
}

/** `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(1)} GiB`;
  if (bytes >= MIB) return `${Math.round(bytes / MIB)} MiB`;
  return `${Math.round(bytes / 1024)} KiB`;
}

/** Undefined where there is nothing, or nothing to be seen. */
function isFileAt(path: string): boolean | undefined {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return undefined;
  }
}

/** `folder`, or the nearest thing above it that is there. */
function existingAncestor(folder: string): string {
  try {
    Deno.statSync(folder);
    return folder;
  } catch {
    // Not there, or not to be seen: the one above tells.
  }
  const above = dirname(folder);
  return above === folder ? folder : existingAncestor(above);
}
