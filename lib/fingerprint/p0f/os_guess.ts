/** One short word for the system or program that a label names, the same for every signature file. */
/** What is said of a stack that no signature fits. */
export const UNKNOWN_OS = "unknown";

/** Names that are written in several ways, or that belong together. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ["macos", "macos_ios"],
  ["mac_os_x", "macos_ios"],
  ["macos_x", "macos_ios"],
  ["ios", "macos_ios"],
  ["macos_ios", "macos_ios"],
  ["nmap", "nmap"],
]);

/**
 * `linux`, `windows`, `macos_ios`, `freebsd`, `nmap`, `embedded`, ...: the label's name in lower case
 * letters, digits and underscores; `android` where the flavour starts with it.
 */
export function osGuess(name: string, flavour: string): string {
  if (/^android\b/i.test(flavour)) return "android";
  const word = name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return WORDS.get(word) ?? (word === "" ? UNKNOWN_OS : word);
}
