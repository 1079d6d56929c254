/** Distinguished names (X.501) and their text after RFC 4514. */
import { toHex } from "../bytes.ts";
import { type DerElement, DerReader, TAG } from "./der.ts";
import { oidText } from "./oid.ts";
import { decodeString, MAX_TEXT_LENGTH } from "./strings.ts";

/** Attributes of a name after this many are not read. */
export const MAX_NAME_ATTRIBUTES = 64;

/** RFC 4514 section 3, and after it what OpenSSL calls the others that certificates use. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.6": "C",
  "2.5.4.9": "STREET",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
  "1.2.840.113549.1.9.1": "emailAddress",
  "1.2.840.113549.1.9.2": "unstructuredName",
  "1.2.840.113549.1.9.8": "unstructuredAddress",
  "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
  "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
  "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.12": "title",
  "2.5.4.13": "description",
  "2.5.4.15": "businessCategory",
  "2.5.4.17": "postalCode",
  "2.5.4.18": "postOfficeBox",
  "2.5.4.20": "telephoneNumber",
  "2.5.4.41": "name",
  "2.5.4.42": "GN",
  "2.5.4.43": "initials",
  "2.5.4.44": "generationQualifier",
  "2.5.4.46": "dnQualifier",
  "2.5.4.65": "pseudonym",
  "2.5.4.97": "organizationIdentifier",
};

/** Content bytes of id-at-commonName, 2.5.4.3. */
const COMMON_NAME = "550403";

/** Characters that RFC 4514 2.4 has escaped wherever they stand. */
const SPECIAL = new Set('"+,;<>\\');

/** One attribute of a name. */
export interface NameAttribute {
  /** Content bytes of the type's object identifier. */
  readonly type: Uint8Array;
  /** The value, of any type. */
  readonly value: DerElement;
}

/** A distinguished name. */
export interface Name {
  /** The whole element, as it stands in the certificate. */
  readonly der: Uint8Array;
  /** Its relative names in the order in which they are encoded. */
  readonly rdns: readonly (readonly NameAttribute[])[];
  /**
   * RFC 4514 text, the last relative name first, cut at 4,096 characters. It holds what the
   * certificate says, control characters included: whoever prints it escapes them.
   */
  readonly text: string;
}

/**
 * The name that is next in `reader`, of which its first {@linkcode MAX_NAME_ATTRIBUTES} attributes
 * are read; a malformed one ends its relative name. Undefined when there is no SEQUENCE.
 */
export function readName(reader: DerReader): Name | undefined {
  const element = reader.expect(TAG.sequence);
  if (element === undefined) return undefined;
  const sequence = new DerReader(element.content);
  const rdns: NameAttribute[][] = [];
  let count = 0;
  while (!sequence.done && count < MAX_NAME_ATTRIBUTES) {
    const set = sequence.enter(TAG.set);
    const rdn: NameAttribute[] = [];
    while (!set.done && count < MAX_NAME_ATTRIBUTES) {
      const pair = set.enter(TAG.sequence);
      const type = pair.expect(TAG.oid);
      const value = pair.next();
      if (type === undefined || value === undefined) break;
      rdn.push({ type: type.content, value });
      count++;
    }
    if (rdn.length > 0) rdns.push(rdn);
  }
  return { der: element.raw, rdns, text: formatName(rdns) };
}

/** Value of the first common name of string type in encoding order; undefined when there is none. */
export function firstCommonName(name: Name): string | undefined {
  for (const { type, value } of name.rdns.flat()) {
    if (toHex(type) !== COMMON_NAME) continue;
    const text = decodeString(value.tag, value.content);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Content bytes of the object identifiers of a name's attribute types, in encoding order. */
export function attributeTypes(name: Name): Uint8Array[] {
  return name.rdns.flat().map(({ type }) => type);
}

/** RFC 4514 2.1: relative names from the last to the first, `,` between them, `+` inside. */
function formatName(rdns: readonly (readonly NameAttribute[])[]): string {
  const text = rdns.toReversed().map((rdn) => rdn.map(formatAttribute).join("+")).join(",");
  return text.length <= MAX_TEXT_LENGTH ? text : text.slice(0, MAX_TEXT_LENGTH).toWellFormed();
}

/** `CN=value`; where the type has no name, or the value is no string, `2.5.4.99=#hex` of its DER. */
function formatAttribute({ type, value }: NameAttribute): string {
  const oid = oidText(type);
  const shortName = SHORT_NAMES[oid];
  const text = shortName === undefined ? undefined : decodeString(value.tag, value.content);
  if (text !== undefined) return `${shortName}=${escapeValue(text)}`;
  return `${shortName ?? oid}=#${toHex(value.raw.subarray(0, MAX_TEXT_LENGTH / 2))}`;
}

/** RFC 4514 2.4, with a backslash before what can stand after one, and NUL as `\00`. */
function escapeValue(value: string): string {
  let escaped = "";
  for (let index = 0; index < value.length; index++) {
    const character = value[index]!;
    const atEdge = index === 0 ? " #" : index === value.length - 1 ? " " : "";
    if (character === "\0") escaped += "\\00";
    else if (SPECIAL.has(character) || atEdge.includes(character)) escaped += `\\${character}`;
    else escaped += character;
  }
  return escaped;
}
