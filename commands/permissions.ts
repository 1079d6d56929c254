/** Gives up what a verb does not need, before it touches anything hostile. */

/**
 * Revokes whole classes of permission for the rest of the process. (Revoking a single path under a
 * general grant would do nothing, silently.)
 */
export function dropPermissions(...names: Deno.PermissionDescriptor["name"][]): void {
  for (const name of names) Deno.permissions.revokeSync({ name });
}
