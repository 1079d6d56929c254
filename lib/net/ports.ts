/** Lists of TCP ports. */

const HIGHEST_PORT = 65_535;

/**
 * Parses `443`, `443,8443` or `8000-8010,9000` into ports in that order, each once.
 *
 * @throws {RangeError} that names the part that is no port
 */
export function parsePorts(text: string): number[] {
  const ports = new Set<number>();
  for (const part of text.split(",")) {
    const ends = part.trim().split("-");
    const first = parsePort(ends[0]!);
    const last = parsePort(ends.at(-1)!);
    if (ends.length > 2 || first === undefined || last === undefined || last < first) {
      throw new RangeError(`"${part.trim()}" is not a port (1-${HIGHEST_PORT}) or a range of them`);
    }
    for (let port = first; port <= last; port++) ports.add(port);
  }
  return [...ports];
}

/** A decimal port from 1 to 65535, or undefined. */
export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= HIGHEST_PORT ? port : undefined;
}
