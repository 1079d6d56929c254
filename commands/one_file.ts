/** Whether two paths of a command line lead to one file. */
import { resolve } from "node:path";

/** True when they do, by whatever links; where one is not there, when they are the same path. */
export function isOneFile(a: string, b: string): boolean {
  if (resolve(a) === resolve(b)) return true;
  const place = placeOf(a);
  return place !== undefined && place === placeOf(b);
}

function placeOf(path: string): string | undefined {
  try {
    const { dev, ino } = Deno.statSync(path);
    return ino === null ? undefined : `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
