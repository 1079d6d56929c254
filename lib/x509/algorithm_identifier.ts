/** AlgorithmIdentifier (RFC 5280 4.1.1.2): what an algorithm is, and its parameters. */
import { type DerElement, type DerReader, TAG } from "./der.ts";

/** An algorithm as it is encoded. */
export interface AlgorithmIdentifier {
  /** Content bytes of the object identifier. */
  readonly oid: Uint8Array;
  /** Of a form that depends on the algorithm; often absent or NULL. */
  readonly parameters?: DerElement;
}

/** The algorithm that is next in `reader`; undefined when none is there. */
export function readAlgorithm(reader: DerReader): AlgorithmIdentifier | undefined {
  const sequence = reader.enter(TAG.sequence);
  const oid = sequence.expect(TAG.oid);
  if (oid === undefined) return undefined;
  const parameters = sequence.next();
  return parameters === undefined ? { oid: oid.content } : { oid: oid.content, parameters };
}
