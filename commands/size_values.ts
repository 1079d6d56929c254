/** Sizes as flags have them. */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** `512K`, `100M`, `1.5GiB`; bytes. @throws {RangeError} */
export function parseSize(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(?:([KMGT])(?:i?B)?|B?)$/i.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a size like 512K, 100M or 2G`);
  return Math.floor(Number(match[1]) * UNITS[(match[2] ?? "").toUpperCase()]!);
}

/** A parser for sizes from `low` to `high` bytes. */
export function sizeBetween(low: number, high: number): (text: string) => number {
  return (text) => {
    const size = parseSize(text);
    if (size < low || size > high) {
      throw new RangeError(`"${text}" is not a size from ${low} to ${high} bytes`);
    }
    return size;
  };
}
