/** Streams that several make at the same moment, as all parts of a fleet do that starts. */
import { sleep } from "../sleep.ts";

/** api.go: JSStreamSubjectOverlapExistsErr. */
const SUBJECTS_OVERLAP = 10065;

/** Times, and milliseconds before the next of them. */
const ATTEMPTS = 5;
const PAUSE_MS = 50;

/**
 * Makes a stream; what somebody else has made just so will do.
 *
 * nats-server 2.9 says that subjects overlap, not that the stream is there, to whoever asks for one while somebody
 * else is making it. Where they overlap with those of another stream they still do a moment later.
 *
 * @throws what `make` throws
 */
export async function makeTogether<T>(make: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await make();
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code !== SUBJECTS_OVERLAP || attempt === ATTEMPTS) throw error;
      await sleep(attempt * PAUSE_MS);
    }
  }
}
