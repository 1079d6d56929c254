/** Whole documents of profiles. */
import type { ExportWriter } from "../../lib/profile/export/options.ts";
import type { Profile } from "../../lib/profile/profile.ts";

/** All that `writer` writes of `profiles`. */
export function exported(writer: ExportWriter, profiles: readonly Profile[]): string {
  return [writer.head, ...profiles.map((profile) => writer.add(profile)), writer.end()].join("");
}
