/** `--deny` and `--allow`: blocks, or files of them. */
import { type AddressRange, AddressSet, parseRange } from "../lib/net/address_range.ts";
import { UsageError } from "./exit_code.ts";

/**
 * The addresses that `values` cover, each a block or the path of a file with one block a line.
 *
 * @param flag name of the flag, for messages
 * @throws {UsageError} that names the value or the line that is no block: a deny list that is read
 *   in part would be worse than none
 */
export async function readAddressSet(
  flag: string,
  values: readonly string[],
): Promise<AddressSet> {
  const ranges: AddressRange[] = [];
  for (const value of values) {
    const range = parseRange(value);
    if (range !== undefined) ranges.push(range);
    else ranges.push(...await readBlockFile(flag, value));
  }
  return new AddressSet(ranges);
}

async function readBlockFile(flag: string, path: string): Promise<AddressRange[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new UsageError(
      `${flag}: "${path}" is neither a CIDR block nor a file that can be read: ` +
        (error as Error).message,
    );
  }
  return text.split("\n").flatMap((line, index) => {
    const block = line.replace(/[#;].*/, "").trim();
    if (block === "") return [];
    const range = parseRange(block);
    if (range === undefined) {
      throw new UsageError(`${flag}: ${path} line ${index + 1}: "${block}" is not a CIDR block`);
    }
    return [range];
  });
}
