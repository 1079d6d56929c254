/** The fields of an event as values, out of the bytes that the record reader has kept. */
import { FACT_FIELDS } from "./fact_fields.ts";

/** Fields by name; without prototype. */
export type FactValues = Readonly<Record<string, unknown>>;

const QUOTE = 0x22;
const BACKSLASH = "\\";
const decoder = new TextDecoder();

/** The values in `bytes`, as `RecordReader.facts` has them; what cannot be read is left out. */
export function readFactValues(bytes: Uint8Array): FactValues {
  const values: Record<string, unknown> = Object.create(null);
  for (let at = 0; at < bytes.length;) {
    const [name] = FACT_FIELDS[bytes[at]!]!;
    const length = bytes[at + 1]! << 16 | bytes[at + 2]! << 8 | bytes[at + 3]!;
    at += 4;
    const value = jsonValue(bytes.subarray(at, at + length));
    if (value !== undefined) values[name] = value;
    at += length;
  }
  return values;
}

function jsonValue(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes);
  // Most are plain texts: no need for a parser.
  if (bytes[0] === QUOTE && !text.includes(BACKSLASH)) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first of `names` that has a text in it; a number counts as one. */
export function textOf(values: FactValues, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = values[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return undefined;
}

/** The number in a field, also one that is written as text; undefined for none and for nonsense. */
export function countOf(values: FactValues, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = values[name];
    const number = typeof value === "number" ? value : typeof value === "string" &&
        /^\d{1,15}$/.test(value)
      ? Number(value)
      : NaN;
    if (Number.isSafeInteger(number) && number >= 0) return number;
  }
  return undefined;
}
