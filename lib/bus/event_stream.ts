/** The stream of the fleet's events: how it is named and made. */
import type { NatsConnection } from "@nats-io/transport-node";
import { type BusAddress, showBusAddress } from "./bus_address.ts";
import { busError } from "./bus_connection.ts";
import { makeTogether } from "./make_together.ts";
import { refusedReplicas, replicasOf } from "./replicas.ts";
import { streamOf } from "./stream_name.ts";
import { DEFAULT_PREFIX, EVENT_TOPICS } from "./subjects.ts";

/** A second delivery of an event within this time is recognised by the hub: nanoseconds. */
const DUPLICATE_WINDOW_NS = 3600 * 1e9;

/** api.go: JSStreamNotFoundErr. */
const STREAM_NOT_FOUND = 10059;

/** Prefix of the subjects that an address means. */
export function prefixOf({ path }: BusAddress): string {
  return path === "" ? DEFAULT_PREFIX : path;
}

/**
 * Makes the stream where it is missing and this connection may. A sensor's credentials may not even
 * ask: then it is the hub's own affair, and publishing tells whether it is there.
 *
 * @returns true when it was missing
 * @throws {BusError}
 */
export async function ensureStream(
  connection: NatsConnection,
  address: BusAddress,
): Promise<boolean> {
  const { jetstreamManager, JetStreamApiError, StorageType } = await import(
    "./jetstream_client.ts"
  );
  const name = streamOf(address);
  const manager = await jetstreamManager(connection, { checkAPI: false });
  try {
    await manager.streams.info(name);
    return false;
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== STREAM_NOT_FOUND) {
      throw busError(showBusAddress(address), error);
    }
  }
  try {
    await makeTogether(() =>
      manager.streams.add({
        name,
        subjects: EVENT_TOPICS.map((topic) => `${prefixOf(address)}.${topic}`),
        storage: StorageType.File,
        duplicate_window: DUPLICATE_WINDOW_NS,
        num_replicas: replicasOf(connection, address),
      })
    );
    return true;
  } catch (error) {
    const place = showBusAddress(address);
    throw refusedReplicas(place, error) ?? busError(place, error);
  }
}
