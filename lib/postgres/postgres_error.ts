/** What errors of PostgreSQL and of the way to it mean. */

/** What can be done about an error. */
export type PostgresTrouble =
  /** Nothing is wrong with what was asked: somebody else was in the way, again at once. */
  | "conflict"
  /** There is no server, or it cannot now: again later. */
  | "lost"
  /** It will be the same again. */
  | "refused";

/** serialization_failure, deadlock_detected (appendix A of PostgreSQL's manual). */
const CONFLICTS: ReadonlySet<string> = new Set(["40001", "40P01"]);

/**
 * Connection exceptions, insufficient resources, operator intervention, internal errors of a server that
 * goes down, idle transactions that were ended, by the first characters of their codes.
 */
const LOST = /^(?:08|53|57P|58|XX|25P0[34])/;

/** Errors of sockets and of looking up names. */
const NO_CONNECTION = /^(?:E[A-Z]+|UND_.*)$/;

/** Errors of TLS, which do not go away. */
const TLS_ERROR = /CERT|SSL|TLS|SIGNATURE|ALTNAME/;

/** What the client says of a connection that ended, without a code. */
const ENDED =
  /^(?:Connection terminated|timeout expired|Client has encountered a connection error)/;

/** What is to be done about `error`. */
export function troubleOf(error: unknown): PostgresTrouble {
  const code = codeOf(error);
  if (CONFLICTS.has(code)) return "conflict";
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith("E")) {
    return LOST.test(code) ? "lost" : "refused";
  }
  if (TLS_ERROR.test(code)) return "refused";
  if (NO_CONNECTION.test(code)) return "lost";
  return error instanceof Error && ENDED.test(error.message) ? "lost" : "refused";
}

/** What the system calls in its own way. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["ETIMEDOUT", "no answer"],
  ["EHOSTUNREACH", "no way to this host"],
  ["ENETUNREACH", "no way to this network"],
  ["ENOTFOUND", "no host of this name"],
  ["ENOENT", "there is no such socket"],
]);

/** One line about `error`. */
export function reasonOf(error: unknown): string {
  const known = WORDS.get(codeOf(error));
  if (known !== undefined) return known;
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const text = inner instanceof Error && inner.message !== "" ? inner.message : codeOf(inner);
  const line = (text || "it failed").split("\n")[0]!;
  return line.charAt(0).toLowerCase() + line.slice(1);
}

function codeOf(error: unknown): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const code = typeof inner === "object" && inner !== null && "code" in inner ? inner.code : "";
  return typeof code === "string" ? code : "";
}
