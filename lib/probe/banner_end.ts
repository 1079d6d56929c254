/** Where greetings end, so that nobody waits for more, and none is longer on a fast day. */
import { parseIdentification } from "../ssh/identification.ts";
import { latin1 } from "../text/latin1.ts";
import { mysqlGreetingLength } from "./banner_mysql.ts";

/**
 * Openings that are whole: the last line of an answer with a code (RFC 5321 4.2.1, RFC 959 4.2), a
 * line of POP3, IMAP, rsync or Redis, the version of VNC, the head of an HTTP answer.
 */
const WHOLE = [
  /^(?:[2-5]\d\d-[^\n]*\n(?:[^\n]*\n)*?)?[2-5]\d\d [^\n]*\n/,
  /^(?:\+OK|-ERR|\* |@RSYNCD: |\+PONG|-[A-Z]{2,20} )[^\n]*\n/,
  /^RFB \d{3}\.\d{3}\n/,
  /^HTTP\/[^\n]*\n(?:[^\n]+\n)*?\r?\n/,
];

/** True when `bytes` hold all of a greeting whose end can be told. */
export function isWholeGreeting(bytes: Uint8Array): boolean {
  const mysqlLength = mysqlGreetingLength(bytes);
  if (mysqlLength !== undefined) return bytes.length >= mysqlLength;
  if (typeof parseIdentification(bytes) === "object") return true;
  const text = latin1(bytes);
  return WHOLE.some((pattern) => pattern.test(text));
}
