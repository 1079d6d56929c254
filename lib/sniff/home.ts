/** Which addresses are decoys. */
import { parseAddress } from "../net/address.ts";
import { AddressSet } from "../net/address_range.ts";

/** Knows the decoys by address. */
export class Home {
  readonly #names: ReadonlyMap<string, string>;
  readonly #blocks: AddressSet;
  /** False when nothing is known, so that whoever opens a connection is taken for the attacker. */
  readonly known: boolean;

  /**
   * @param names of decoys by canonical address, out of decnet-state.json
   * @param blocks of `--home`
   */
  constructor(
    names: ReadonlyMap<string, string> = new Map(),
    blocks: AddressSet | undefined = undefined,
  ) {
    this.#names = names;
    this.#blocks = blocks ?? new AddressSet([]);
    this.known = names.size > 0 || blocks !== undefined;
  }

  /** Name of the decoy at `address`, the address itself for one without a name, or undefined. */
  decoyAt(address: string): string | undefined {
    return this.#names.get(address) ?? (this.#blocks.has(address) ? address : undefined);
  }
}

/** What decnet-state.json says of use here. */
export interface DecoyState {
  /** Names of decoys by canonical address. */
  readonly decoys: ReadonlyMap<string, string>;
  /** The interface that the decoys are reached through, where the file names one. */
  readonly interface: string | undefined;
}

/**
 * Reads a decnet-state.json, leniently: unknown keys are passed over, and a decoy without a name or an
 * address is left out.
 *
 * @throws {SyntaxError} when it is no JSON
 */
export function readDecoyState(text: string): DecoyState {
  const state: unknown = JSON.parse(text);
  const config = member(state, "config");
  const device = member(config, "interface");
  return {
    decoys: decoysOf(member(config, "deckies")),
    interface: typeof device === "string" && device !== "" ? device : undefined,
  };
}

function decoysOf(deckies: unknown): Map<string, string> {
  const names = new Map<string, string>();
  if (!Array.isArray(deckies)) return names;
  for (const decky of deckies) {
    const name = member(decky, "name");
    const address = member(decky, "ip");
    if (typeof name !== "string" || name === "" || typeof address !== "string") continue;
    const canonical = parseAddress(address.trim());
    if (canonical !== undefined) names.set(canonical, name);
  }
  return names;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
