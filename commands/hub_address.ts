/** Addresses of hubs as users give them. */
import { type BusAddress, parseBusAddress } from "../lib/bus/bus_address.ts";
import { UsageError } from "./exit_code.ts";

/**
 * Reads the address of a hub.
 *
 * @param flag what gave it, where that is not plain to see
 * @throws {UsageError}
 */
export function hubAddress(text: string, flag?: string): BusAddress {
  try {
    return parseBusAddress(text);
  } catch (error) {
    const reason = (error as Error).message;
    throw new UsageError(flag === undefined ? reason : `${flag}: ${reason}`);
  }
}
