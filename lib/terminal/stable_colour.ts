/** A colour for each name, the same in every run. */

/** SGR foregrounds (ECMA-48 8.3.117, and the bright ones of aixterm) that read on light and on dark grounds. */
const FOREGROUNDS = [32, 33, 34, 35, 36, 92, 94, 95, 96] as const;

/** FNV-1a, 32 bits: offset basis and prime. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** `text` in the colour of `name`. */
export function stableColour(name: string, text: string): string {
  let hash = BASIS;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), PRIME);
  }
  // The high bits of neighbours differ most.
  const colour = FOREGROUNDS[(hash >>> 16) % FOREGROUNDS.length]!;
  return `\x1b[${colour}m${text}\x1b[39m`;
}
