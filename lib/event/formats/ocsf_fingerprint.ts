/** OCSF's object for a hash. */

/** `algorithm_id`, with the name that belongs to it. */
export const MD5 = [1, "MD5"] as const;
export const SHA_256 = [3, "SHA-256"] as const;

/** The fingerprint object. */
export function fingerprint([algorithm_id, algorithm]: readonly [number, string], value: string) {
  return { algorithm_id, algorithm, value };
}
