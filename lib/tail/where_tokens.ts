/** The words of a `--where` expression. */

/** An expression that is none, with the column in which it goes wrong. */
export class WhereError extends Error {
  override readonly name = "WhereError";

  /** @param column from 1 */
  constructor(readonly column: number, reason: string) {
    super(`column ${column}: ${reason}`);
  }
}

/** One word. `column` counts from 1. */
export type Token =
  & { readonly column: number }
  & (
    | { readonly kind: "string"; readonly value: string }
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "word"; readonly value: string }
    | { readonly kind: "sign"; readonly value: string }
    | { readonly kind: "end"; readonly value: "" }
  );

/** Characters of an expression. */
const MAX_LENGTH = 8192;

/** The longer first: `<=` is not `<` and `=`. */
const SIGNS = ["==", "!=", "<=", ">=", "=~", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ","];

const SPACE = /[ \t\r\n]+/y;
/** A name, or several with dots between them. */
const WORD = /[A-Za-z_@][\w@-]*(?:\.[\w@-]+)*/y;
const NUMBER = /-?\d+(?:\.\d+)?(?![\w.])/y;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** The words of `text`, with one of kind `end` behind them. @throws {WhereError} */
export function whereTokens(text: string): Token[] {
  if (text.length > MAX_LENGTH) throw new WhereError(MAX_LENGTH + 1, "the expression is too long");
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    at += take(SPACE)?.length ?? 0;
    const column = at + 1;
    if (at >= text.length) return [...tokens, { kind: "end", value: "", column }];
    const first = text[at]!;
    if (first === '"' || first === "'") {
      const { value, end } = readString(text, at);
      tokens.push({ kind: "string", value, column });
      at = end;
      continue;
    }
    const number = take(NUMBER);
    const word = number ?? take(WORD) ?? SIGNS.find((sign) => text.startsWith(sign, at));
    if (word === undefined) throw new WhereError(column, unknownSign(text, at));
    if (number !== undefined) tokens.push({ kind: "number", value: Number(number), column });
    else if (/^[A-Za-z_@]/.test(word)) tokens.push({ kind: "word", value: word, column });
    else tokens.push({ kind: "sign", value: word, column });
    at += word.length;
  }
}

function readString(text: string, start: number): { value: string; end: number } {
  const quote = text[start];
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === quote) return { value, end: at + 1 };
    if (character !== "\\") {
      value += character;
      continue;
    }
    const next = text[++at];
    if (next === undefined) break;
    value += ESCAPES[next] ?? next;
  }
  throw new WhereError(start + 1, "a string without its closing quote");
}

function unknownSign(text: string, at: number): string {
  const sign = text[at]!;
  if (sign === "=") return "= is no comparison; == is";
  if (sign === "&" || sign === "|") return `${sign} alone means nothing; ${sign}${sign} does`;
  return `unexpected ${JSON.stringify(sign)}`;
}
