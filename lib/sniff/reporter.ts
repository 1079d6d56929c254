/** Makes the sniffer's events: who is the attacker, which decoy it touched, and whether it is news. */
import { type Event, type Fields, UNKNOWN_ATTACKER } from "../event/event.ts";
import { EventKind, type FieldPart, JoinedEvent } from "../event/joined_event.ts";
import { PlaceHash, type PlaceId } from "../event/place_id.ts";
import { unmapAddress } from "../net/address.ts";
import type { Dedup } from "./dedup.ts";
import { EndsPart, LastPart } from "./ends_fields.ts";
import type { SniffEventType } from "./event_types.ts";
import { type Endpoints, type Flow, HOST_WORDS } from "./flow.ts";
import type { Home } from "./home.ts";

/** How the text of an IPv4-mapped address begins (RFC 5952 section 5). */
const MAPPED = "::ffff:";

/** RFC 5424 APP-NAME of the sniffer's events. */
const SERVICE = "sniffer";

/** Something that was seen on the wire. */
export interface Sighting {
  readonly eventType: SniffEventType;
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
  readonly #place = new PlaceHash();
  readonly #kinds = new Map<string, EventKind>();
  readonly #sensorPart: string;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#sensorPart = ` ${options.sensor} `;
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
    this.#count(packet);
    const { source, destination } = endpoints;
    const key = `${source} ${destination} ${eventType} ${dedup}`;
    if (!this.#options.dedup.isNews(key, micros)) return;
    const part = typeof fields === "function" ? fields() : fields;
    this.#tell(eventType, micros, packet, endpoints, [part]);
  }

  /**
   * True when it is news that at `micros` packet number `packet` showed this of `flow`: then it is to be
   * told by {@linkcode tellOfFlow}. What is told is made and put into words only then: a scan of a
   * thousand ports repeats itself a thousand times.
   */
  isNewsOfFlow(
    flow: Flow,
    eventType: SniffEventType,
    micros: number,
    packet: number,
    dedup: string,
  ): boolean {
    this.#count(packet);
    // Both ends are part of the key: the same client on ten decoys is lateral movement, and so is
    // one decoy on ten targets.
    flow.putHosts(this.#hosts);
    return this.#options.dedup.isNews(dedup, micros, eventType, this.#hosts);
  }

  /** Makes an event of what is news, unless it is nobody's business. @param parts of its fields */
  tellOfFlow(
    flow: Flow,
    eventType: SniffEventType,
    micros: number,
    packet: number,
    parts: readonly FieldPart[],
  ): void {
    this.#tell(eventType, micros, packet, flow.endpoints, parts);
  }

  #count(packet: number): void {
    this.#sightings = packet === this.#packet ? this.#sightings + 1 : 0;
    this.#packet = packet;
  }

  #tell(
    eventType: SniffEventType,
    micros: number,
    packet: number,
    endpoints: Endpoints,
    parts: readonly FieldPart[],
  ): void {
    const roles = this.#roles(endpoints);
    if (roles === undefined) {
      this.outside++;
      return;
    }
    this.#counts.set(eventType, (this.#counts.get(eventType) ?? 0) + 1);
    const { sensor, onEvent } = this.#options;
    let kind = this.#kinds.get(eventType);
    if (kind === undefined) {
      this.#kinds.set(eventType, kind = new EventKind(sensor, SERVICE, eventType));
    }
    // As every reader of events has it; the packet's own address stands in its field.
    const attacker = roles.attacker.startsWith(MAPPED)
      ? unmapAddress(roles.attacker)
      : roles.attacker;
    const id = this.#idOf(eventType, micros, packet, endpoints);
    const last = new LastPart(roles.direction, endpoints.communityId);
    const all = [new EndsPart(endpoints), ...parts, last];
    onEvent(new JoinedEvent(kind, micros, id, roles.decky, attacker, all));
  }

  #idOf(eventType: string, micros: number, packet: number, endpoints: Endpoints): PlaceId {
    const { source, sourcePort, destination, destinationPort } = endpoints;
    const place = this.#place;
    // Of the packet's bytes only the addresses and ports count: PlaceHash asks for that.
    place.begin();
    place.addNumber(packet);
    place.add(" ");
    place.addNumber(this.#sightings);
    place.add(" ");
    place.add(eventType);
    place.add(this.#sensorPart);
    place.add(source);
    addPort(place, sourcePort);
    place.add(" ");
    place.add(destination);
    addPort(place, destinationPort);
    return place.id(micros);
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

function addPort(place: PlaceHash, port: number | undefined): void {
  place.add(" ");
  if (port === undefined) place.add("undefined");
  else place.addNumber(port);
}
