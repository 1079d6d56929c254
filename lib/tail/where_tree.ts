/** A `--where` expression, taken apart. */

/** A value that is written in the expression. */
export type WhereLiteral = string | number | boolean;

/** How two values are compared. */
export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** One side of a comparison: a value, or where in the event it stands. */
export type WhereOperand =
  | { readonly kind: "value"; readonly value: WhereLiteral }
  | { readonly kind: "path"; readonly path: string };

/** An expression that is true or false of an event. */
export type WhereTree =
  | { readonly kind: "and" | "or"; readonly parts: readonly WhereTree[] }
  | { readonly kind: "not"; readonly part: WhereTree }
  /** True when there is such a value, and it is not `false`. */
  | { readonly kind: "holds"; readonly operand: WhereOperand }
  | {
    readonly kind: "compare";
    readonly sign: Comparison;
    readonly left: WhereOperand;
    readonly right: WhereOperand;
  }
  | { readonly kind: "match"; readonly operand: WhereOperand; readonly pattern: string }
  | {
    readonly kind: "in";
    readonly operand: WhereOperand;
    readonly values: readonly WhereLiteral[];
  }
  /** `"x" in path`, and an address in a CIDR block. */
  | {
    readonly kind: "within";
    readonly operand: WhereOperand;
    readonly container: WhereOperand;
  };
