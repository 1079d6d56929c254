/** Gives up root once a capture is open: everything after that reads what attackers wrote. */
import { dirname } from "node:path";
import { dropPrivileges, parseIdentity, PrivilegeError } from "../ffi/privileges.ts";
import { UserError } from "./exit_code.ts";

/** Who runs the sniffer when nothing says otherwise. */
const NOBODY = "nobody";

/**
 * Becomes `user`, or the owner of the folder of `out` so that a rotated log can be opened anew, or
 * nobody. Does nothing for those who are not root.
 *
 * @returns whom it became, or undefined when nothing changed
 * @throws {UserError} when that cannot be done
 */
export function leaveRoot(user: string | undefined, out: string | undefined): string | undefined {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return undefined;
  const name = user ?? ownerOf(out) ?? NOBODY;
  try {
    return dropPrivileges(parseIdentity(name)) ? name : undefined;
  } catch (error) {
    if (!(error instanceof PrivilegeError)) throw error;
    throw new UserError(error.message, "--user NAME or UID:GID");
  }
}

/** `uid:gid` of the folder that `path` is in; undefined for root's and for no path. */
function ownerOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const { uid, gid } = Deno.statSync(dirname(path));
  return uid === null || uid === 0 ? undefined : `${uid}:${gid}`;
}
