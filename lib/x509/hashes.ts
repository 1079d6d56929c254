/** Hash functions that signatures are made with. */

/** A hash function as node:crypto calls it. */
export type HashName =
  | "md4"
  | "md5"
  | "sha1"
  | "sha224"
  | "sha256"
  | "sha384"
  | "sha512"
  | "sha512-224"
  | "sha512-256"
  | "sha3-224"
  | "sha3-256"
  | "sha3-384"
  | "sha3-512";

/** Hashes `data`; given as an argument, so that what checks signatures loads no library itself. */
export type Digest = (hash: HashName, data: Uint8Array) => Uint8Array;

/** Content bytes of the object identifiers, in hexadecimal. RFC 8017 B.1; SHA-3 from RFC 8702. */
export const HASH_OIDS: Readonly<Record<HashName, string>> = {
  "md4": "2a864886f70d0204",
  "md5": "2a864886f70d0205",
  "sha1": "2b0e03021a",
  "sha224": "608648016503040204",
  "sha256": "608648016503040201",
  "sha384": "608648016503040202",
  "sha512": "608648016503040203",
  "sha512-224": "608648016503040205",
  "sha512-256": "608648016503040206",
  "sha3-224": "608648016503040207",
  "sha3-256": "608648016503040208",
  "sha3-384": "608648016503040209",
  "sha3-512": "60864801650304020a",
};

const BY_OID = new Map(
  Object.entries(HASH_OIDS).map(([name, oid]) => [oid, name as HashName] as const),
);

/** The hash of an object identifier, given as hexadecimal of its content bytes. */
export function hashByOid(oidHex: string): HashName | undefined {
  return BY_OID.get(oidHex);
}
