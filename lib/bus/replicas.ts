/** On how many servers of a cluster the hub keeps what it is given. */
import type { NatsConnection } from "@nats-io/transport-node";
import type { BusAddress } from "./bus_address.ts";
import { BusError } from "./bus_error.ts";

/** Copies where the hub is a cluster and the address does not say: one server may be lost. */
const CLUSTER_REPLICAS = 3;

/** Copies of what is made now. What is there already keeps its number. */
export function replicasOf(connection: NatsConnection, { replicas }: BusAddress): number {
  return replicas ?? (connection.info?.cluster === undefined ? 1 : CLUSTER_REPLICAS);
}

/** @returns the error in words for the user, where the hub has not as many servers as copies are asked for */
export function refusedReplicas(place: string, error: unknown): BusError | undefined {
  const reason = error instanceof Error ? error.message : "";
  // api.go: JSClusterNoPeersErr, JSInsufficientResourcesErr, JSStreamReplicasNotSupportedErr.
  if (!/suitable peers|insufficient resources|replicas/i.test(reason)) return undefined;
  return new BusError(
    `${place}: ${reason.toLowerCase()}`,
    "each copy needs a server of its own: ?replicas=1 in the address says how many copies",
  );
}
