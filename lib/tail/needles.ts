/** Texts without which a line cannot be wanted: what does not hold one is never parsed. */
import { parseAddress } from "../net/address.ts";
import { parseCidr } from "../net/address_range.ts";
import { literalOf } from "./glob.ts";
import type { WhereOperand, WhereTree } from "./where_tree.ts";

/** Each wanted line holds at least one of them as it is. Undefined: nothing is known. */
export type Needles = readonly string[] | undefined;

/** More of them take longer to find than lines to parse. */
const MOST = 8;

/** Shorter ones stand in every line. */
const SHORTEST = 3;

/** What no writer of JSON or RFC 5424 writes otherwise: some escape `/` or `<`, all a quote. */
const AS_IT_IS = /^[\w.:@ ,;=+-]+$/;

/** Values that equal others which are written differently: 57 and 57.0, true and 1. */
const VARIOUS = /^(?:-?[\d.]+(?:[eE][+-]?\d+)?|true|false)$/;

/** Keys whose value need not stand in the line as it is. */
const MADE: ReadonlySet<string> = new Set([
  ...["timestamp", "event_id", "schema", "sensor"],
  // Set where structured data is broken.
  ...["damaged", "fields.damaged"],
]);

/** What of `attacker_ip` stands in the line: "Unknown" need not, and IPv6 is written in many ways. */
const OF_IPV4 = /^[\d.]+$/;

/** The needles of a text that stands in each wanted line. */
export function needleOf(text: string): Needles {
  return text.length >= SHORTEST && AS_IT_IS.test(text) ? [text] : undefined;
}

/** The needles of lines that match one of these patterns. */
export function needlesOfGlobs(patterns: readonly string[]): Needles {
  return either(patterns.map((pattern) => needleOf(literalOf(pattern))));
}

/**
 * The needles of lines with one of these addresses or CIDR blocks. IPv4 is written in one way only;
 * IPv6 is not.
 */
export function needlesOfAddresses(ranges: readonly string[]): Needles {
  return either(ranges.map(needlesOfRange));
}

/** The needles of lines that a `--where` expression is true of. */
export function needlesOfWhere(tree: WhereTree): Needles {
  switch (tree.kind) {
    case "and":
      return best(tree.parts.map(needlesOfWhere));
    case "or":
      return either(tree.parts.map(needlesOfWhere));
    case "match":
      return written(tree.operand, needleOf(literalOf(tree.pattern)));
    case "compare":
      if (tree.sign !== "==") return undefined;
      return written(tree.left, needleOfValue(tree.right)) ??
        written(tree.right, needleOfValue(tree.left));
    case "in":
      return written(
        tree.operand,
        either(tree.values.map((value) => needleOfValue({ kind: "value", value }))),
      );
    case "within":
      return tree.container.kind === "value"
        ? written(tree.operand, needlesOfRange(String(tree.container.value)))
        : written(tree.container, needleOfValue(tree.operand));
    case "not":
    case "holds":
      return undefined;
  }
}

/** Of needles that all must be met, those by which most lines are left out. */
export function best(all: readonly Needles[]): Needles {
  let found: Needles;
  for (const needles of all) {
    if (needles === undefined) continue;
    const isBetter = found === undefined || needles.length < found.length ||
      needles.length === found.length && shortest(needles) > shortest(found);
    if (isBetter) found = needles;
  }
  return found;
}

function either(all: readonly Needles[]): Needles {
  const union = new Set<string>();
  for (const needles of all) {
    if (needles === undefined) return undefined;
    for (const needle of needles) union.add(needle);
  }
  return union.size > 0 && union.size <= MOST ? [...union] : undefined;
}

function shortest(needles: readonly string[]): number {
  return Math.min(...needles.map((needle) => needle.length));
}

function needlesOfRange(text: string): Needles {
  const range = parseCidr(text);
  if (range === undefined) {
    const address = parseAddress(text);
    return address?.includes(".") && !address.includes(":") ? needleOf(address) : undefined;
  }
  if (range.family !== 4) return undefined;
  const octets = (value: bigint) => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn);
  const [first, last] = [octets(range.first), octets(range.last)];
  const differing = first.findIndex((octet, index) => octet !== last[index]);
  if (differing < 0) return needleOf(first.join("."));
  return differing === 0 ? undefined : needleOf(`${first.slice(0, differing).join(".")}.`);
}

/** These needles, if what `operand` names stands in the line as it is. */
function written(operand: WhereOperand, needles: Needles): Needles {
  if (operand.kind !== "path" || MADE.has(operand.path)) return undefined;
  const isMade = operand.path === "attacker_ip" &&
    needles?.some((needle) => !OF_IPV4.test(needle));
  return isMade ? undefined : needles;
}

function needleOfValue(operand: WhereOperand): Needles {
  if (operand.kind !== "value" || typeof operand.value !== "string") return undefined;
  const { value } = operand;
  const address = parseAddress(value);
  if (address !== undefined) return needlesOfRange(value);
  return VARIOUS.test(value) ? undefined : needleOf(value);
}
