/** Makes the sniffer's events: who is the attacker, which decoy it touched, and whether it is news. */
import { createEvent } from "../event/create.ts";
import { type Event, type FieldValue, UNKNOWN_ATTACKER } from "../event/event.ts";
import type { Dedup } from "./dedup.ts";
import type { Endpoints } from "./flow.ts";
import type { Home } from "./home.ts";

/** RFC 5424 APP-NAME of the sniffer's events. */
const SERVICE = "sniffer";

/** Something that was seen on the wire. */
export interface Sighting {
  readonly eventType: string;
  /** Packet time, in microseconds. */
  readonly micros: number;
  /** Number of the packet in its capture, for an id that is the same at each reading. */
  readonly packet: number;
  readonly endpoints: Endpoints;
  /** A field whose value is undefined is left out. */
  readonly fields: Readonly<Record<string, FieldValue | undefined>>;
  /** What makes two sightings between the same two hosts the same news. */
  readonly dedup: string;
}

/** What a reporter works with. */
export interface ReporterOptions {
  readonly sensor: string;
  readonly home: Home;
  readonly dedup: Dedup;
  /** Name of the capture, part of the ids of its events; empty for a live one. */
  readonly capture: string;
  readonly onEvent: (event: Event) => void;
}

/** Whose packet it was. */
interface Roles {
  readonly decky: string;
  readonly attacker: string;
  readonly direction: "outbound" | undefined;
}

/** Turns sightings into events. */
export class Reporter {
  /** Sightings between two hosts of which none is a decoy. */
  outside = 0;
  readonly #options: ReporterOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** True when it is known which addresses are decoys. */
  get homeKnown(): boolean {
    return this.#options.home.known;
  }

  /** Events by type. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Makes an event of `sighting`, unless it is no news or nobody's business. */
  report(sighting: Sighting): void {
    const { eventType, micros, packet, endpoints, fields, dedup } = sighting;
    const roles = this.#roles(endpoints);
    if (roles === undefined) {
      this.outside++;
      return;
    }
    const { sensor, capture, onEvent } = this.#options;
    const news = this.#options.dedup;
    const { source, destination } = endpoints;
    // Both ends are part of the key: the same client on ten decoys is lateral movement, and so is
    // one decoy on ten targets.
    if (!news.isNews(`${source} ${destination} ${eventType} ${dedup}`, micros)) return;
    this.#counts.set(eventType, (this.#counts.get(eventType) ?? 0) + 1);
    onEvent(createEvent({
      time: micros,
      sensor,
      decky: roles.decky,
      service: SERVICE,
      eventType,
      attackerIp: roles.attacker,
      fields: {
        src_ip: source,
        src_port: endpoints.sourcePort,
        dst_ip: destination,
        dst_port: endpoints.destinationPort,
        proto: endpoints.transport,
        ...fields,
        direction: roles.direction,
        community_id: endpoints.communityId,
      },
      origin: `${capture}#${packet}`,
    }));
  }

  #roles({ source, destination }: Endpoints): Roles | undefined {
    const { home } = this.#options;
    if (!home.known) return { decky: destination, attacker: source, direction: undefined };
    const opener = home.decoyAt(source);
    // Also towards another decoy: who opened is no attacker from outside.
    if (opener !== undefined) {
      return { decky: opener, attacker: UNKNOWN_ATTACKER, direction: "outbound" };
    }
    const touched = home.decoyAt(destination);
    return touched === undefined
      ? undefined
      : { decky: touched, attacker: source, direction: undefined };
  }
}
