/** What a byte of a log line means to who takes it apart. */

/** Classes of bytes, so ordered that a name, a header part and a value each end at one limit. */
export const CLASS = {
  plain: 0,
  equals: 1,
  bracket: 2,
  space: 3,
  quote: 4,
  backslash: 5,
  /** No printable ASCII. */
  other: 6,
} as const;

/** The class of each byte. */
export const BYTE_CLASSES: Uint8Array = new Uint8Array(256).fill(CLASS.other);
BYTE_CLASSES.fill(CLASS.plain, 0x21, 0x7f);
for (
  const [character, value] of [
    ["=", CLASS.equals],
    ["]", CLASS.bracket],
    [" ", CLASS.space],
    ['"', CLASS.quote],
    ["\\", CLASS.backslash],
  ] as const
) BYTE_CLASSES[character.charCodeAt(0)] = value;
