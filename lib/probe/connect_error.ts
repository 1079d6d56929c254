/** From the system's errors to outcomes. */
import { type Miss, ProbeFailure } from "./probe.ts";

const CONNECT_OUTCOMES: Readonly<Record<string, Miss["outcome"]>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "closed",
  ECONNABORTED: "closed",
  ETIMEDOUT: "timeout",
  ENETUNREACH: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETDOWN: "unreachable",
  EHOSTDOWN: "unreachable",
  // Linux says so for broadcast addresses, and where a local rule forbids the packet.
  EACCES: "local_error",
  EPERM: "local_error",
};

/** Descriptors, memory or ephemeral ports ran out: later there may be some again. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRINUSE", "EAGAIN"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True when this machine, not the peer, had no room for another connection. */
export function isExhausted(error: unknown): boolean {
  return EXHAUSTED.has(codeOf(error));
}

/** How a failed attempt to connect ends the probe. */
export function connectFailure(error: unknown): ProbeFailure {
  const outcome = CONNECT_OUTCOMES[codeOf(error)] ?? "local_error";
  return new ProbeFailure(outcome, describe(error));
}

/** How an error while reading or writing ends the probe: the peer broke the connection. */
export function streamFailure(error: unknown): ProbeFailure {
  return new ProbeFailure("closed", describe(error));
}
