/** Markup that attackers' text cannot become a part of. */
import { escapeForTerminal } from "../../terminal/escape.ts";

/** Text that is markup: made by {@linkcode markup} only. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** `text` as content of an element or of a quoted attribute; what is unsafe is made visible. */
export function escapeHtml(text: string): string {
  return escapeForTerminal(text).replace(/[&<>"'`]/g, (character) => ESCAPES[character]!);
}

/** A template whose values are escaped, lists joined, undefined left out; markup stays markup. */
export function markup(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = withoutIndent(parts[0]!);
  for (const [index, value] of values.entries()) {
    text += written(value) + withoutIndent(parts[index + 1]!);
  }
  return new Html(text);
}

/** The indent of our own source, which is no part of a page. */
function withoutIndent(part: string): string {
  return part.includes("\n") ? part.replace(/\n +/g, "\n") : part;
}

function written(value: HtmlValue): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  return value.map(written).join("");
}
