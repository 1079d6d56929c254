/** What goes wrong with the bus. */

/** The hub cannot be reached, or refuses. */
export class BusError extends Error {
  override readonly name = "BusError";

  /** @param hint what the user can do about it */
  constructor(message: string, readonly hint?: string) {
    super(message);
  }
}
