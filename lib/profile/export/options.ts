/** What all exports are told. */
import type { Profile } from "../profile.ts";
import { uuid5 } from "./uuid.ts";

/** How an export speaks of who made it. */
export interface ExportOptions {
  /**
   * Who exports. Identifiers depend on it: two producers never write over each other's objects where
   * these meet. @default "decnet"
   */
  readonly producer?: string | undefined;
}

/** Writes one document, an attacker at a time. */
export interface ExportWriter {
  /** What stands before the first. */
  readonly head: string;
  /** The text of `profile`; it may be empty. */
  add(profile: Profile): string;
  /** What stands behind the last. */
  end(): string;
}

/** Namespace of all identifiers that are ours: drawn by lot once, and never to be changed. */
const NAMESPACE = "4bd0e6a1-61c9-4f0e-9d3c-27f5b8a2e6d4";

const DEFAULT_PRODUCER = "decnet";

/** Makes the identifiers of one producer. */
export class ExportIds {
  /** The producer's name. */
  readonly producer: string;
  readonly #namespace: string;

  constructor({ producer = DEFAULT_PRODUCER }: ExportOptions) {
    this.producer = producer;
    this.#namespace = uuid5(NAMESPACE, producer);
  }

  /** UUID of what `parts` name, the same in every export; a part may hold any text. */
  of(...parts: readonly string[]): string {
    return uuid5(this.#namespace, JSON.stringify(parts));
  }
}
