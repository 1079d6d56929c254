/** Makes the sniffer's events: who is the attacker, which decoy it touched, and whether it is news. */
import { type Event, type Fields, SCHEMA_VERSION, UNKNOWN_ATTACKER } from "../event/event.ts";
import { placeId } from "../event/place_id.ts";
import { formatTimestamp } from "../event/time.ts";
import { unmapAddress } from "../net/address.ts";
import type { Dedup } from "./dedup.ts";
import { type Endpoints, type Flow, HOST_WORDS } from "./flow.ts";
import type { Home } from "./home.ts";

/** How the text of an IPv4-mapped address begins (RFC 5952 section 5). */
const MAPPED = "::ffff:";

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
  /** What was seen, made only when it is told: most of what comes by is no news. */
  readonly fields: Fields | (() => Fields);
  /** What makes two sightings between the same two hosts the same news. */
  readonly dedup: string;
}

/** What a reporter works with. */
export interface ReporterOptions {
  readonly sensor: string;
  readonly home: Home;
  readonly dedup: Dedup;
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
  /** News between two hosts of which none is a decoy. */
  outside = 0;
  readonly #options: ReporterOptions;
  readonly #counts = new Map<string, number>();
  /** The packet of the last sighting, and how many there were of it before. */
  #packet = -1;
  #sightings = 0;
  /** Who opened a flow and who answered, see Flow.putHosts(). */
  readonly #hosts = new Int32Array(HOST_WORDS);

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
    const { eventType, micros, packet, endpoints, dedup } = sighting;
    this.#count(packet);
    const { source, destination } = endpoints;
    const key = `${source} ${destination} ${eventType} ${dedup}`;
    if (this.#options.dedup.isNews(key, micros)) this.#tell(sighting, endpoints);
  }

  /**
   * The same for what was seen of a flow, whose ends are put into words only for what is told: a scan
   * of a thousand ports repeats itself a thousand times.
   */
  reportFlow(sighting: Omit<Sighting, "endpoints">, flow: Flow): void {
    const { eventType, micros, packet, dedup } = sighting;
    this.#count(packet);
    // Both ends are part of the key: the same client on ten decoys is lateral movement, and so is
    // one decoy on ten targets.
    flow.putHosts(this.#hosts);
    if (this.#options.dedup.isNews(`${eventType} ${dedup}`, micros, this.#hosts)) {
      this.#tell(sighting, flow.endpoints);
    }
  }

  #count(packet: number): void {
    this.#sightings = packet === this.#packet ? this.#sightings + 1 : 0;
    this.#packet = packet;
  }

  #tell(sighting: Omit<Sighting, "endpoints">, endpoints: Endpoints): void {
    const roles = this.#roles(endpoints);
    if (roles === undefined) {
      this.outside++;
      return;
    }
    const { eventType, micros, packet, fields } = sighting;
    const { source, sourcePort, destination, destinationPort, transport, communityId } = endpoints;
    this.#counts.set(eventType, (this.#counts.get(eventType) ?? 0) + 1);
    const { sensor, onEvent } = this.#options;
    // Of the packet's bytes only the addresses and ports count: placeId() asks for that.
    const place = `${packet} ${this.#sightings} ${eventType} ${sensor} ` +
      `${source} ${sourcePort} ${destination} ${destinationPort}`;
    // As it stands, not by createEvent(): objects of one shape are written at three times the speed.
    onEvent({
      timestamp: formatTimestamp(micros),
      event_id: placeId(micros, place),
      schema: SCHEMA_VERSION,
      sensor,
      decky: roles.decky,
      service: SERVICE,
      event_type: eventType,
      // As every reader of events has it; the packet's own address stands in its field.
      attacker_ip: roles.attacker.startsWith(MAPPED)
        ? unmapAddress(roles.attacker)
        : roles.attacker,
      fields: {
        src_ip: source,
        src_port: sourcePort,
        dst_ip: destination,
        dst_port: destinationPort,
        proto: transport,
        ...(typeof fields === "function" ? fields() : fields),
        direction: roles.direction,
        community_id: communityId,
      },
    });
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
