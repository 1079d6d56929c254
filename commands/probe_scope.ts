/** Who may be probed, by the flags, this machine's addresses and the decoys. */
import { AddressSet, parseRange } from "../lib/net/address_range.ts";
import type { Scope } from "../lib/net/scope.ts";
import { readDecoyState } from "../lib/sniff/home.ts";
import { systemReason } from "../lib/system_error.ts";
import { readAddressSet } from "./address_sets.ts";
import { UsageError } from "./exit_code.ts";
import type { ProbeFlags } from "./probe_flags.ts";

/** The user's limits, and what may change while a service runs. */
export class ProbeScope implements Scope {
  readonly deny: AddressSet;
  readonly allow: AddressSet;
  readonly #decoyPath: string | undefined;
  readonly #addresses: () => readonly string[];
  #decoys: readonly string[] = [];
  #own: AddressSet = new AddressSet([]);

  /**
   * @param decoyPath decnet-state.json; undefined where none is known
   * @param addresses of this machine
   */
  constructor(
    { deny, allow }: Pick<Scope, "deny" | "allow">,
    decoyPath: string | undefined,
    addresses: () => readonly string[] = ownAddresses,
  ) {
    this.deny = deny;
    this.allow = allow;
    this.#decoyPath = decoyPath;
    this.#addresses = addresses;
  }

  get own(): AddressSet {
    return this.#own;
  }

  /** Decoys whose address is one of this machine's: who looks back is plain to see from there. */
  get sharedWithDecoys(): readonly string[] {
    const own = new Set(this.#addresses());
    return this.#decoys.filter((address) => own.has(address));
  }

  /**
   * Looks again at the decoys and at this machine's addresses.
   *
   * @throws {Error} when the decoys cannot be read; those of before stay
   */
  async refresh(): Promise<void> {
    try {
      if (this.#decoyPath !== undefined) this.#decoys = await readDecoys(this.#decoyPath);
    } finally {
      const own = [...this.#addresses(), ...this.#decoys];
      this.#own = new AddressSet(own.flatMap((address) => parseRange(address) ?? []));
    }
  }
}

/** The scope that the flags ask for. @throws {UsageError} */
export async function probeScope(flags: ProbeFlags): Promise<ProbeScope> {
  const scope = new ProbeScope({
    deny: await readAddressSet("--deny", flags.deny ?? []),
    allow: await readAddressSet("--allow", flags.allow ?? []),
  }, flags.decoys);
  try {
    await scope.refresh();
  } catch (error) {
    throw new UsageError(`--decoys: ${(error as Error).message}`);
  }
  return scope;
}

/** Addresses of this machine, without zones. */
function ownAddresses(): string[] {
  return Deno.networkInterfaces().map(({ address }) => address.replace(/%.*$/, ""));
}

/** @throws {Error} also for a file that names no decoy: it is the wrong one, or is being written */
async function readDecoys(path: string): Promise<string[]> {
  try {
    const decoys = [...readDecoyState(await Deno.readTextFile(path)).decoys.keys()];
    if (decoys.length > 0) return decoys;
  } catch (error) {
    throw new Error(`${path}: ${systemReason(error)}`);
  }
  throw new Error(`${path}: names no decoy`);
}
