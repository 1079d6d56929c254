/** Says in plain words why an engine could not be asked. */
import { EngineError } from "./engine.ts";

/** What Node's client and dockerode put on their errors. */
interface ClientError extends Error {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly json?: unknown;
}

/** What the user may do about an answer. */
const STATUS_HINTS: Readonly<Record<number, string>> = {
  403: "a socket proxy must allow CONTAINERS=1 and EVENTS=1",
  501: "its log driver keeps nothing that could be read; json-file, local and journald do",
};

/** What happened and what to do, by the system's name for it. */
const FAILURES: Readonly<Record<string, readonly [text: string, hint?: string]>> = {
  ENOENT: ["there is no such socket", "is Docker running? DOCKER_HOST names its socket"],
  EACCES: [
    "may not be opened",
    "add the user to group docker, or run a socket proxy with CONTAINERS=1 EVENTS=1",
  ],
  EPERM: [
    "may not be opened",
    "add the user to group docker, or run a socket proxy with CONTAINERS=1 EVENTS=1",
  ],
  ECONNREFUSED: ["refuses connections", "is Docker running?"],
  ECONNRESET: ["closed the connection"],
  EPIPE: ["closed the connection"],
  ETIMEDOUT: ["does not answer"],
  EHOSTUNREACH: ["cannot be reached"],
  ENETUNREACH: ["cannot be reached"],
  ENOTFOUND: ["its name is not known", "DOCKER_HOST names the host"],
  EMFILE: ["this process has no free file descriptor left", "raise the limit: ulimit -n"],
  ENFILE: ["the system has no free file descriptor left"],
};

/** An {@linkcode EngineError} for whatever a client threw. @param engine its name */
export function engineFailure(engine: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  if (!(error instanceof Error)) return new EngineError(`${engine}: ${error}`);
  const { code, statusCode, json, message }: ClientError = error;
  if (typeof statusCode === "number") {
    const hint = STATUS_HINTS[statusCode];
    return new EngineError(`${engine}: ${answerOf(json) ?? message.trim()}`, {
      status: statusCode,
      hint,
    });
  }
  const [text, hint] = typeof code === "string" ? FAILURES[code] ?? [message] : [message];
  return new EngineError(`${engine}: ${text}`, { hint });
}

/** What the engine itself said: `{"message": "..."}`. */
function answerOf(json: unknown): string | undefined {
  const message = typeof json === "object" && json !== null && "message" in json
    ? json.message
    : undefined;
  return typeof message === "string" && message !== "" ? message : undefined;
}
