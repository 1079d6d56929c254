/** Makes of a `--where` expression a function that asks it of events. */
import type { Event, FieldValue } from "../event/event.ts";
import { parseTimestamp } from "../event/time.ts";
import { AddressSet, parseCidr } from "../net/address_range.ts";
import { addressIn } from "../event/attacker.ts";
import { eventPath, type EventValue } from "./event_path.ts";
import { globMatcher } from "./glob.ts";
import type { Comparison, WhereOperand, WhereTree } from "./where_tree.ts";

/** Tells whether an event is wanted. */
export type Predicate = (event: Event) => boolean;

/** A single value; a list is asked about each of its items. */
type Scalar = string | number | boolean;

/** The function of an expression. It neither throws nor runs long, whatever the event holds. */
export function wherePredicate(tree: WhereTree): Predicate {
  switch (tree.kind) {
    case "and": {
      const parts = tree.parts.map(wherePredicate);
      return (event) => parts.every((part) => part(event));
    }
    case "or": {
      const parts = tree.parts.map(wherePredicate);
      return (event) => parts.some((part) => part(event));
    }
    case "not": {
      const part = wherePredicate(tree.part);
      return (event) => !part(event);
    }
    case "holds": {
      const value = reader(tree.operand);
      return (event) => isTrue(value(event));
    }
    case "compare":
      return comparison(tree.sign, reader(tree.left), reader(tree.right));
    case "match": {
      const value = reader(tree.operand);
      const matches = globMatcher(tree.pattern);
      return (event) => items(value(event)).some((item) => matches(String(item)));
    }
    case "in": {
      const value = reader(tree.operand);
      const { values } = tree;
      return (event) =>
        items(value(event)).some((item) => values.some((known) => isEqual(item, known)));
    }
    case "within":
      return containment(tree.operand, tree.container);
  }
}

function reader(operand: WhereOperand): EventValue {
  if (operand.kind === "path") return eventPath(operand.path);
  const { value } = operand;
  return () => value;
}

function items(value: FieldValue | undefined): readonly Scalar[] {
  if (value === undefined) return [];
  return typeof value === "object" ? value : [value];
}

/** `!=` is the opposite of `==`, also where there is no value; the others need one on both sides. */
function comparison(sign: Comparison, left: EventValue, right: EventValue): Predicate {
  const some = (test: (a: Scalar, b: Scalar) => boolean): Predicate => (event) =>
    items(left(event)).some((a) => items(right(event)).some((b) => test(a, b)));
  switch (sign) {
    case "==":
      return some(isEqual);
    case "!=": {
      const equal = some(isEqual);
      return (event) => !equal(event);
    }
    case "<":
      return some((a, b) => order(a, b) < 0);
    case "<=":
      return some((a, b) => order(a, b) <= 0);
    case ">":
      return some((a, b) => order(a, b) > 0);
    case ">=":
      return some((a, b) => order(a, b) >= 0);
  }
}

function containment(operand: WhereOperand, container: WhereOperand): Predicate {
  const value = reader(operand);
  const range = container.kind === "value" ? parseCidr(String(container.value)) : undefined;
  if (range !== undefined) {
    const set = new AddressSet([range]);
    return (event) => items(value(event)).some((item) => set.has(addressIn(String(item)) ?? ""));
  }
  const inside = reader(container);
  return (event) => {
    const whole = inside(event);
    const wanted = items(value(event));
    if (typeof whole === "string") return wanted.some((item) => whole.includes(String(item)));
    return items(whole).some((item) => wanted.some((known) => isEqual(item, known)));
  };
}

/** Values out of RFC 5424 lines are always text: "57" is the number 57, "true" and "1" are true. */
function isEqual(a: Scalar, b: Scalar): boolean {
  if (typeof a === typeof b) return a === b;
  if (typeof a === "boolean" || typeof b === "boolean") return truth(a) === truth(b);
  return toNumber(a) === toNumber(b);
}

/** Below, at or above 0; NaN when the two cannot be compared. */
function order(a: Scalar, b: Scalar): number {
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [toNumber(a), toNumber(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    // As text 10:00:00.5Z is before 10:00:00Z.
    const [before, after] = [parseTimestamp(a), parseTimestamp(b)];
    if (before !== undefined && after !== undefined) return before - after;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return toNumber(a) - toNumber(b);
}

function toNumber(value: Scalar): number {
  if (typeof value !== "string") return Number(value);
  return /^-?\d{1,300}(\.\d{1,300})?$/.test(value) ? Number(value) : NaN;
}

function truth(value: Scalar): boolean | undefined {
  if (typeof value === "boolean") return value;
  const text = String(value);
  return text === "true" || text === "1"
    ? true
    : text === "false" || text === "0"
    ? false
    : undefined;
}

function isTrue(value: FieldValue | undefined): boolean {
  return value !== undefined && value !== "" && truthOf(value) !== false;
}

function truthOf(value: FieldValue): boolean | undefined {
  return typeof value === "object" ? value.length > 0 : truth(value);
}
