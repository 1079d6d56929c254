/** What metrics mean, for those who meet them in Prometheus. */

/** By the names that verbs give to their numbers. */
const HELP: Readonly<Record<string, string>> = {
  attackersTouched: "Attackers that were changed, once for each commit.",
  batchesShipped: "Batches that have arrived at the receiver.",
  blank: "Lines without any text.",
  bytes: "Bytes of packets.",
  commits: "Commits to the profile store.",
  connections: "Connections that were tried.",
  dropped: "Events of programs that are not wanted.",
  events: "Events that were told or taken.",
  eventsRead: "Wanted events that were read.",
  eventsRefused: "Events that the receiver refused for good.",
  eventsShipped: "Events that have arrived at the receiver.",
  flows: "Flows that were seen.",
  held: "Events that were held back because there were too many of their kind.",
  kernelDropped: "Packets that the kernel dropped before they were read.",
  lagBytes: "Bytes of the log that lie behind what was delivered or stored.",
  lagEvents:
    "Events that were read or are waiting at the hub, and have not been delivered or stored.",
  lagSeconds: "Time by which the last line was late.",
  lines: "Lines that were taken.",
  linesForeign: "Lines that are no events.",
  linesRead: "Lines that were looked at.",
  logged: "Lines that went to the log.",
  looks: "Looks at the inputs.",
  lost: "Messages that came faster than they could be taken.",
  malformed: "Lines that are no events.",
  noAttacker: "Events that name nobody.",
  notIp: "Packets that hold no IP.",
  own: "Events in which decnet speaks of its own work.",
  packets: "Packets that were read.",
  raw: "Lines of a known origin that are no events by themselves.",
  repeated: "Lines that the output held already.",
  retries: "Attempts to deliver that failed.",
  rotations: "Fingerprints that were found to have changed.",
  streams: "Streams that lines come from.",
  suppressed: "Sightings that were told before.",
  targets: "Targets that were probed.",
  truncated: "Lines that were cut.",
};

/** A sentence on the metric; where there is none, its name in words. */
export function metricHelp(name: string): string {
  if (Object.hasOwn(HELP, name)) return HELP[name]!;
  const words = name.replace(/[^A-Za-z0-9]+/g, " ")
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
  return words === "" ? "Unnamed." : `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}
