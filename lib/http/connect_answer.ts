/** A proxy's answer to CONNECT (RFC 9110 9.3.6), behind which a tunnel may begin. */
import { ByteQueue } from "../byte_queue.ts";
import { latin1 } from "../text/latin1.ts";
import { headEnd } from "./request_head.ts";

/** What every response of HTTP/1 begins with (RFC 9112 4). */
const PREFIX = "HTTP/";

const STATUS_LINE = /^HTTP\/\d(?:\.\d)? +(\d{3})/;

/** A longer head is not waited for. Those of proxies that open a tunnel have a few lines. */
const MAX_LENGTH = 16 * 1024;

/** Whether a proxy did as it was asked. */
export interface ConnectOutcome {
  /** `unknown` for what is no response: nothing was passed over then. */
  readonly outcome: "connected" | "refused" | "unknown";
  /** What came behind the head, a view that is valid as long as what was pushed. */
  readonly rest: Uint8Array;
}

/** True when `bytes` begin like a response. */
export function isResponse(bytes: Uint8Array): boolean {
  return bytes.length >= PREFIX.length && mayBeResponse(bytes);
}

/** Reads what a proxy says from its answer on. */
export class ConnectAnswer {
  readonly #pending = new ByteQueue();
  /** Bytes that were searched for the end of the head. */
  #searched = 0;

  /** Bytes of memory that are held. */
  get held(): number {
    return this.#pending.held;
  }

  /** Takes bytes that follow those of the last call; gives the outcome once the head is whole. */
  push(bytes: Uint8Array): ConnectOutcome | undefined {
    this.#pending.lend(bytes);
    while (true) {
      const known = this.#pending.peek();
      const end = mayBeResponse(known) ? headEnd(known, Math.max(0, this.#searched - 2)) : 0;
      if (end < 0 && known.length <= MAX_LENGTH) {
        this.#searched = known.length;
        this.#pending.settle();
        return undefined;
      }
      const status = end > 0 ? STATUS_LINE.exec(latin1(known, 0, end))?.[1] : undefined;
      if (status?.startsWith("1")) {
        // An interim response (RFC 9110 15.2) comes before the answer.
        this.#pending.take(end);
        this.#searched = 0;
        continue;
      }
      this.#pending.clear();
      if (status === undefined) return { outcome: "unknown", rest: known };
      const outcome = status.startsWith("2") ? "connected" : "refused";
      return { outcome, rest: known.subarray(end) };
    }
  }
}

function mayBeResponse(bytes: Uint8Array): boolean {
  return PREFIX.startsWith(latin1(bytes, 0, Math.min(bytes.length, PREFIX.length)));
}
