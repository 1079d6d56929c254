/** Reads `--where` expressions: a small language that can ask about an event, and nothing else. */
import type { Comparison, WhereLiteral, WhereOperand, WhereTree } from "./where_tree.ts";
import { type Token, WhereError, whereTokens } from "./where_tokens.ts";

/** Parentheses and negations within each other. */
const MAX_DEPTH = 64;

/** Values in a list. */
const MAX_VALUES = 1000;

const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">="]);

/**
 * Takes an expression apart. `||` binds weaker than `&&`, `!` strongest.
 *
 * @throws {WhereError} with the column, when it is none
 */
export function parseWhere(text: string): WhereTree {
  const parser = new Parser(whereTokens(text));
  const tree = parser.either(0);
  parser.expectEnd();
  return tree;
}

class Parser {
  #at = 0;

  constructor(readonly tokens: readonly Token[]) {}

  either(depth: number): WhereTree {
    return this.#chain("||", "or", () => this.#both(depth));
  }

  expectEnd(): void {
    if (this.#next.kind !== "end") throw this.#unexpected("&& or ||");
  }

  #both(depth: number): WhereTree {
    return this.#chain("&&", "and", () => this.#one(depth));
  }

  #chain(sign: string, kind: "and" | "or", read: () => WhereTree): WhereTree {
    const parts = [read()];
    while (this.#takeSign(sign)) parts.push(read());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  #one(depth: number): WhereTree {
    if (depth >= MAX_DEPTH) throw new WhereError(this.#next.column, "nested too deeply");
    if (this.#takeSign("!")) return { kind: "not", part: this.#one(depth + 1) };
    if (!this.#takeSign("(")) return this.#comparison();
    const inner = this.either(depth + 1);
    if (!this.#takeSign(")")) throw this.#unexpected(")");
    return inner;
  }

  #comparison(): WhereTree {
    const left = this.#operand();
    const next = this.#next;
    if (next.kind === "word" && next.value === "in") {
      this.#at++;
      return this.#membership(left);
    }
    if (next.kind !== "sign") return { kind: "holds", operand: left };
    if (COMPARISONS.has(next.value)) {
      this.#at++;
      return { kind: "compare", sign: next.value as Comparison, left, right: this.#operand() };
    }
    if (next.value !== "=~") return { kind: "holds", operand: left };
    this.#at++;
    const pattern = this.#next;
    if (pattern.kind !== "string") throw this.#unexpected('a pattern such as "ssh_*"');
    this.#at++;
    return { kind: "match", operand: left, pattern: pattern.value };
  }

  #membership(operand: WhereOperand): WhereTree {
    if (!this.#takeSign("[")) return { kind: "within", operand, container: this.#operand() };
    const values: WhereLiteral[] = [];
    do {
      const { column } = this.#next;
      if (values.length >= MAX_VALUES) throw new WhereError(column, "too many values");
      const value = this.#operand();
      if (value.kind !== "value") throw new WhereError(column, "a list holds values only");
      values.push(value.value);
    } while (this.#takeSign(","));
    if (!this.#takeSign("]")) throw this.#unexpected(", or ]");
    return { kind: "in", operand, values };
  }

  #operand(): WhereOperand {
    const token = this.#next;
    if (token.kind === "sign" || token.kind === "end") throw this.#unexpected("a field or a value");
    this.#at++;
    if (token.kind !== "word") return { kind: "value", value: token.value };
    if (token.value === "in") throw new WhereError(token.column, "in has nothing before it");
    if (token.value === "true" || token.value === "false") {
      return { kind: "value", value: token.value === "true" };
    }
    return { kind: "path", path: token.value };
  }

  get #next(): Token {
    return this.tokens[this.#at]!;
  }

  #takeSign(sign: string): boolean {
    const { kind, value } = this.#next;
    if (kind !== "sign" || value !== sign) return false;
    this.#at++;
    return true;
  }

  #unexpected(wanted: string): WhereError {
    const { kind, value, column } = this.#next;
    const found = kind === "end" ? "the expression ends" : `found ${JSON.stringify(value)}`;
    return new WhereError(column, `${found} where ${wanted} is expected`);
  }
}
