/** Which profiles `decnet profile` prints. */
import { buildProfile } from "../lib/profile/build_profile.ts";
import { findAttackers, SharedCounts, type Wanted } from "../lib/profile/find_attackers.ts";
import type { Mmdb } from "../lib/profile/mmdb.ts";
import { originOf } from "../lib/profile/origins.ts";
import type { FingerprintKind, Profile } from "../lib/profile/profile.ts";
import type { ProfileStore } from "../lib/profile/profile_store.ts";
import type { ProfileFlags } from "./profile_flags.ts";
import { reverseNames } from "./reverse_names.ts";

const MICROS_PER_MILLI = 1000;

/** Flags by the kind of fingerprint that they name. */
const FINGERPRINT_FLAGS = ["ja3", "ja4", "hassh", "jarm"] as const satisfies FingerprintKind[];

/** The questions of a run. */
export class ProfileQuery {
  /** Addresses that are wanted by name and have not been found. */
  readonly unknown: Set<string>;
  readonly #store: ProfileStore;
  readonly #mmdbs: readonly Mmdb[];
  readonly #flags: ProfileFlags;
  readonly #addresses: readonly string[] | undefined;
  #names: ReadonlyMap<string, string> = new Map();

  /** @param addresses that are wanted by name, each once */
  constructor(
    store: ProfileStore,
    mmdbs: readonly Mmdb[],
    flags: ProfileFlags,
    addresses: readonly string[] | undefined,
  ) {
    this.#store = store;
    this.#mmdbs = mmdbs;
    this.#flags = flags;
    this.#addresses = addresses;
    this.unknown = new Set(addresses);
  }

  /** True when attackers are wanted by name. */
  get isShow(): boolean {
    return this.#addresses !== undefined;
  }

  /**
   * Who is wanted: those that the flags name; without such flags those that this run has changed, or all
   * when it read nothing. Undefined when it has changed nobody.
   */
  wanted(reads: boolean): Wanted | undefined {
    const { since, top, sort, asn, decky, service } = this.#flags;
    if (this.#addresses !== undefined) return { addresses: this.#addresses };
    const fingerprints = FINGERPRINT_FLAGS.flatMap((kind) => {
      const value = this.#flags[kind];
      return value === undefined ? [] : [[kind, value] as const];
    });
    const asks = [since, top, sort, asn, this.#flags.class, decky, service]
      .some((flag) => flag !== undefined) || fingerprints.length > 0;
    const { run } = this.#store;
    if (reads && !asks && run === undefined) return undefined;
    return {
      ...(reads && !asks ? { run } : {}),
      since: since === undefined ? undefined : (Date.now() - since) * MICROS_PER_MILLI,
      class: this.#flags.class,
      fingerprints,
      decky,
      service,
      accept: asn === undefined
        ? undefined
        : (address) => originOf(this.#mmdbs, address)?.asn === asn,
      sort: sort ?? "risk",
      limit: top,
    };
  }

  /** Asks DNS for the names of those who are wanted, if that was asked for. */
  async resolveNames(wanted: Wanted): Promise<void> {
    if (!this.#flags.rdns) return;
    const addresses = (await Array.fromAsync(findAttackers(this.#store, wanted)))
      .flatMap((attackers) => attackers.map(({ address }) => address));
    this.#names = await reverseNames(addresses);
  }

  /** The profiles of those who are wanted, some at a time. @throws {StateError} */
  async *profiles(wanted: Wanted): AsyncGenerator<Profile[], void> {
    const counts = new SharedCounts(this.#store);
    for await (const attackers of findAttackers(this.#store, wanted)) {
      for (const { address } of attackers) this.unknown.delete(address);
      const sharedBy = await counts.of(attackers);
      yield attackers.map(({ address, aggregate }) =>
        buildProfile(address, aggregate, {
          secrets: this.#flags.secrets,
          sharedBy,
          origin: originOf(this.#mmdbs, address),
          ptr: this.#names.get(address),
        })
      );
    }
  }
}
