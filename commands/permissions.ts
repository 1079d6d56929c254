/** Gives up what a verb does not need, before it touches anything hostile. */

type PermissionName = Deno.PermissionDescriptor["name"];

/**
 * Revokes whole classes of permission for the rest of the process. (Revoking a single path under a
 * general grant would do nothing, silently.)
 */
export function dropPermissions(...names: PermissionName[]): void {
  for (const name of names) Deno.permissions.revokeSync({ name });
}

/** What the sniffer still has to open once it runs. */
export interface SniffNeeds {
  /** Capture files; standard input and interfaces are open by then. */
  readonly files: boolean;
  /** A log, which is opened anew after each rotation. */
  readonly log: boolean;
  /** Somebody listens to how it is: Prometheus, a hub. */
  readonly network: boolean;
}

/** Drops all that a sniffer has no use for once its inputs, outputs and libraries are open. */
export function dropSniffPermissions({ files, log, network }: SniffNeeds): void {
  dropPermissions("run", "ffi", "sys", "env", "import");
  if (!network) dropPermissions("net");
  if (!log) dropPermissions("write");
  if (!log && !files) dropPermissions("read");
}
