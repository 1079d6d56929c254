/** Takes out of a greeting what is another at each visit of an unchanged server. */

const DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?";
const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}";
const TIME = "\\d{1,2}:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?(?: ?[AP]M)?";
const ZONE = "(?: ?(?:[+-]\\d\\d:?\\d\\d|[A-Z]{3,4}\\b|Z))?(?: \\([A-Z]{3,5}\\))?";

/** Each with what is put in its place; one after the other. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  // APOP timestamps and message ids (RFC 1939 7, RFC 5322 3.6.4).
  [/<[^<>@\s]{1,128}@[^<>@\s]{1,128}>/g, "<*>"],
  // Dates of mail (RFC 5322 3.3), of ctime(), of ISO 8601, and times alone.
  [new RegExp(`(?:${DAY} )?\\d{1,2}[ -]${MONTH}[ -]\\d{2,4}(?: ${TIME})?${ZONE}`, "g"), "*"],
  [new RegExp(`(?:${DAY} )?${MONTH} {1,2}\\d{1,2},? (?:${TIME}${ZONE} ?)?(?:\\d{4})?`, "g"), "*"],
  [new RegExp(`\\b\\d{4}[-/]\\d\\d[-/]\\d\\d(?:[T ]${TIME}${ZONE})?`, "g"), "*"],
  [new RegExp(`\\b${TIME}\\b${ZONE}`, "g"), "*"],
  // Addresses: some servers tell the client its own, others the one that it has reached.
  [/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g, "*"],
  [/(?<![\w:])(?:[0-9a-f]{1,4}:|:){2,7}[0-9a-f.*]{0,15}(?![\w:])/gi, "*"],
  // `user 3 of 50`, `pid 1234`, `session: 77`.
  [/\b\d{1,9} (?:out )?of \d{1,9}\b/gi, "*"],
  [/\b(pid|id|session|connection|client|user|number|thread)([ #:=]{1,3})\d{1,18}\b/gi, "$1$2*"],
];

/** Letters and digits in one, perhaps an identifier; mail servers put a number behind theirs. */
const WORD = /[A-Za-z0-9_-]{8,}(?:\.\d{1,3})?/g;

/** A number of more than four digits, which is not a part of a version. */
const LONG_NUMBER = /(?<![\d.])\d{5,}(?![\d.])/g;

/**
 * `line` with an asterisk in the place of dates, times, addresses, counters and identifiers: what
 * two visits to an unchanged server have in common. Rather too much is masked than too little.
 */
export function maskVolatile(line: string): string {
  let masked = line;
  for (const [pattern, replacement] of VOLATILE) masked = masked.replace(pattern, replacement);
  return masked.replace(WORD, (word) => isIdentifier(word) ? "*" : word)
    .replace(LONG_NUMBER, "*").trim();
}

/** True for words that change between letters and digits as no name with a version does. */
function isIdentifier(word: string): boolean {
  const changes = word.match(/[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])/g)?.length ?? 0;
  return changes >= 3;
}
