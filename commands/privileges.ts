/** Gives up root once a capture is open: everything after that reads what attackers wrote. */
import { dirname } from "node:path";
import { dropPrivileges, parseIdentity, PrivilegeError } from "../ffi/privileges.ts";
import { UserError } from "./exit_code.ts";

/** Who runs the sniffer when nothing says otherwise. */
const NOBODY = "nobody";

/**
 * Root becomes `user`, or the owner of the folder of `output` so that a rotated log can be opened anew,
 * or nobody. Others stay who they are, without the capabilities that they were started with.
 *
 * @returns whom it became, or undefined when nothing changed
 * @throws {UserError} when that cannot be done
 */
export function leaveRoot(
  user: string | undefined,
  output: string | undefined,
): string | undefined {
  if (Deno.build.os === "windows") return undefined;
  try {
    if (Deno.uid() !== 0) {
      dropPrivileges();
      return undefined;
    }
    const name = user ?? ownerOf(output) ?? NOBODY;
    dropPrivileges(parseIdentity(name));
    return name;
  } catch (error) {
    if (!(error instanceof PrivilegeError)) throw error;
    throw new UserError(error.message, "--user NAME or UID:GID");
  }
}

/** `uid:gid` of the folder that `path` is in, or will be; undefined for root's and for no path. */
function ownerOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const folder = dirname(path);
  try {
    const { uid, gid } = Deno.statSync(folder);
    return uid === null || uid === 0 ? undefined : `${uid}:${gid}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || folder === path) throw error;
    return ownerOf(folder);
  }
}
