/** Looks for the last line that was taken, where its time does not tell its place. */
import { ContainerLines } from "../docker/container_lines.ts";
import type { InspectedContainer } from "../docker/engine.ts";
import { LinkedAbort } from "../docker/linked_abort.ts";
import { LogFrames } from "../docker/log_frames.ts";
import type { DockerCursor } from "./docker_cursor.ts";
import type { FollowSettings } from "./docker_follow_settings.ts";

/** Bytes of memory that are kept while a log is searched. */
const MOST_KEPT = 128 * 1024;

/** True when the log holds it from `since` on. Rejects with an EngineError or a FrameError. */
export async function holdsLastLine(
  cursor: DockerCursor,
  { id, tty }: InspectedContainer,
  since: string | undefined,
  { engine, maxLine }: Pick<FollowSettings, "engine" | "maxLine">,
  signal: AbortSignal,
): Promise<boolean> {
  using reading = new LinkedAbort(signal);
  const request = { follow: false, since, tail: undefined, signal: reading.signal };
  const bytes = await engine.logs(id, request);
  try {
    const frames = new LogFrames(tty, maxLine);
    const lines = new ContainerLines();
    for (let chunks; (chunks = await bytes.read()) !== undefined;) {
      for (const chunk of chunks) {
        frames.push(chunk, lines);
        if (cursor.search(lines)) return true;
        lines.clear(MOST_KEPT);
      }
    }
    frames.end(lines);
    return cursor.search(lines);
  } finally {
    reading.abort();
  }
}
