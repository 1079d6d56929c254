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

/** What the SSH client says of those who are not let in or not trusted, and what that means. */
const SSH_REFUSALS: readonly (readonly [words: RegExp, text: string, hint: string])[] = [
  [
    /^Host denied|no matching host key/,
    "its host key is not the one in known_hosts",
    "ssh to it shows both; ssh-keygen -R takes an old one out",
  ],
  [/^All configured authentication methods failed/, "lets none of the keys in", "ssh-copy-id"],
];

/** What Deno says of a name, without a code. */
const UNKNOWN_NAME = /^failed to lookup address information/;

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
  const refusal = SSH_REFUSALS.find(([words]) => words.test(message));
  if (refusal !== undefined) {
    return new EngineError(`${engine}: ${refusal[1]}`, { hint: refusal[2], forbidden: true });
  }
  const failure = UNKNOWN_NAME.test(message) ? "ENOTFOUND" : code;
  const [text, hint] = typeof failure === "string" ? FAILURES[failure] ?? [message] : [message];
  const forbidden = code === "EACCES" || code === "EPERM";
  const crowded = code === "EMFILE" || code === "ENFILE";
  return new EngineError(`${engine}: ${text}`, { hint, forbidden, crowded });
}

/** What the engine itself said: `{"message": "..."}`. */
function answerOf(json: unknown): string | undefined {
  const message = typeof json === "object" && json !== null && "message" in json
    ? json.message
    : undefined;
  return typeof message === "string" && message !== "" ? message : undefined;
}
