/** The fields that all events of the sniffer have, with their JSON: they are written by the hundred thousand. */
import { jsonText, SharedFields } from "../event/shared_fields.ts";
import type { Endpoints } from "./flow.ts";

/** Who talks to whom: what an event's fields begin with. */
export function endsPart(endpoints: Endpoints): SharedFields {
  const { source, sourcePort, destination, destinationPort, transport } = endpoints;
  const fields = {
    src_ip: source,
    src_port: sourcePort,
    dst_ip: destination,
    dst_port: destinationPort,
    proto: transport,
  };
  const from = sourcePort === undefined ? "" : `"src_port":${sourcePort},`;
  const to = destinationPort === undefined ? "" : `"dst_port":${destinationPort},`;
  const json = `"src_ip":${jsonText(source)},${from}"dst_ip":${jsonText(destination)},${to}` +
    `"proto":"${transport}"`;
  return new SharedFields(fields, json);
}

/** What they end with. */
export function lastPart(
  direction: "outbound" | undefined,
  communityId: string | undefined,
): SharedFields {
  const fields = { direction, community_id: communityId };
  if (direction !== undefined || communityId === undefined) return new SharedFields(fields);
  return new SharedFields(fields, `"community_id":"${communityId}"`);
}
