/** What the stream of an address is called. */
import { type BusAddress, parseBusAddress, showBusAddress } from "./bus_address.ts";

/** Name of the stream where the address names none. */
const DEFAULT_STREAM = "DECNET";

/** Name of the stream that an address means. */
export function streamOf({ stream }: BusAddress): string {
  return stream ?? DEFAULT_STREAM;
}

/**
 * The name by which places in the stream at `url` are remembered: without what nobody should see.
 *
 * @throws {SyntaxError} for an address that is none
 */
export function busLogName(url: string): string {
  const address = parseBusAddress(url);
  return `${showBusAddress(address)}#${streamOf(address)}`;
}
