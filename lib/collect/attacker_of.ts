/** Which of a line's fields holds the attacker, at the pace of lines. */
import { addressIn, ATTACKER_FIELDS } from "../event/attacker.ts";
import { splitHostPort } from "../net/address.ts";

/** An address of the attacker, and the port that stood behind it. */
export interface FoundAttacker {
  readonly address: string;
  readonly port?: number | undefined;
}

/** Nearly all addresses, in canonical text already. */
const PLAIN_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=\d)|$)){4}$/;

/** As `attackerAddress()` of fields that are side by side; undefined where there is none. */
export function attackerOf(
  names: readonly string[],
  values: readonly string[],
): FoundAttacker | undefined {
  for (const field of ATTACKER_FIELDS) {
    const index = names.indexOf(field);
    if (index < 0) continue;
    const value = values[index]!;
    if (PLAIN_V4.test(value)) return { address: value };
    const address = addressIn(value);
    if (address !== undefined) return { address, port: splitHostPort(value)?.port };
  }
  return undefined;
}
