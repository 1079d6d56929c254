/** Alternative names of a certificate's subject (RFC 5280 4.2.1.6). */
import { toHex } from "../bytes.ts";
import { formatAddress } from "../net/address.ts";
import { type DerElement, DerReader, explicitTag, implicitTag, TAG } from "./der.ts";
import { readName } from "./names.ts";
import { oidText } from "./oid.ts";
import { decodeString, latin1, MAX_TEXT_LENGTH } from "./strings.ts";

/** Alternative names after this many are counted but not kept. */
export const MAX_ALTERNATIVE_NAMES = 1000;

/** A name of the subject. */
export interface GeneralName {
  /** `directory` is a distinguished name, `rid` a registered object identifier. */
  readonly type: "dns" | "ip" | "uri" | "email" | "directory" | "rid" | "other";
  /**
   * As the certificate says it, control characters included, at most 4,096 of them; addresses in
   * canonical form (RFC 5952); an otherName as `oid=text`. `#` and hexadecimal of what fits none
   * of this.
   */
  readonly value: string;
}

/** Alternative names, and how many there are in all. */
export interface AlternativeNames {
  readonly names: readonly GeneralName[];
  readonly count: number;
}

/** Reads a SubjectAltName extension's value; a malformed name ends the list. */
export function readAlternativeNames(value: Uint8Array): AlternativeNames {
  const sequence = new DerReader(value).enter(TAG.sequence);
  const names: GeneralName[] = [];
  let count = 0;
  for (let element = sequence.next(); element !== undefined; element = sequence.next()) {
    if (count < MAX_ALTERNATIVE_NAMES) names.push(generalName(element));
    count++;
  }
  return { names, count };
}

/** GeneralName is a CHOICE of nine; x400Address and ediPartyName are not in use. */
function generalName({ tag, content, raw }: DerElement): GeneralName {
  switch (tag) {
    case explicitTag(0):
      return { type: "other", value: otherName(content) ?? hexValue(raw) };
    case implicitTag(1):
      return { type: "email", value: latin1(content) };
    case implicitTag(2):
      return { type: "dns", value: latin1(content) };
    case explicitTag(4):
      return { type: "directory", value: readName(new DerReader(content))?.text ?? hexValue(raw) };
    case implicitTag(6):
      return { type: "uri", value: latin1(content) };
    case implicitTag(7):
      return { type: "ip", value: address(content) };
    case implicitTag(8):
      return { type: "rid", value: oidText(content) };
    default:
      return { type: "other", value: hexValue(raw) };
  }
}

function address(content: Uint8Array): string {
  const known = content.length === 4 || content.length === 16;
  return known ? formatAddress(content) : hexValue(content);
}

/** `OtherName ::= SEQUENCE { type-id, value [0] EXPLICIT }`, as Windows uses it for logon names. */
function otherName(content: Uint8Array): string | undefined {
  const reader = new DerReader(content);
  const type = reader.expect(TAG.oid);
  const value = reader.enter(explicitTag(0)).next();
  if (type === undefined || value === undefined) return undefined;
  return `${oidText(type.content)}=${
    decodeString(value.tag, value.content) ?? hexValue(value.raw)
  }`;
}

function hexValue(bytes: Uint8Array): string {
  return `#${toHex(bytes.subarray(0, MAX_TEXT_LENGTH / 2 - 1))}`;
}
