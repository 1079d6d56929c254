/**
 * Events that wait to be added to the aggregates: small numbers in columns, their text once each. An
 * attacker's aggregate is then loaded, changed and stored once for all events of the window, so that memory
 * does not grow with the attackers and work not with how they alternate.
 */
import { addressIn } from "../event/attacker.ts";
import { UNKNOWN_ATTACKER } from "../event/event.ts";
import { parseJsonEvent } from "../event/json.ts";
import { ByteTable } from "./byte_table.ts";
import { type Partition, partOf } from "./partition.ts";
import { RecordReader } from "./record_reader.ts";

/** Events of a window. */
export const MAX_EVENTS = 2_000_000;

/** Bytes of the texts of a window. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Distinct sets of facts of a window. */
const MAX_FACTS = 400_000;

/** Stands for an address that has not been looked at, and for one that is none. */
const NONE = 0xffff_ffff;

/** Stands for an address that belongs to another part. */
const ELSEWHERE = 0xffff_fffe;

const decoder = new TextDecoder();

/** What became of a line. */
export type LineOutcome =
  /** Of a decoy, or evidence of our own. */
  | "event"
  | "malformed"
  /** It names nobody. */
  | "no_attacker"
  /** One of our verbs speaks of its own work. */
  | "own"
  /** It is for another worker to count. */
  | "elsewhere";

/** The events of a window, by attacker. */
export class Window {
  /** Number of events. */
  size = 0;
  #times = new Float64Array(1024);
  #attackers = new Uint32Array(1024);
  #wheres = new Uint32Array(1024);
  #facts = new Uint32Array(1024);
  readonly #reader = new RecordReader();
  readonly #names = new ByteTable();
  readonly #places = new ByteTable();
  readonly #factSets = new ByteTable();
  /** By number of a name: the number of the address that it means. */
  #aliases = new Uint32Array(1024).fill(NONE);
  readonly #addresses: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #partition: Partition | undefined;

  /** @param partition whose events are taken; undefined for all */
  constructor(partition?: Partition) {
    this.#partition = partition;
  }

  /** How many attackers its events are of. */
  get attackers(): number {
    return this.#addresses.length;
  }

  /** True when the window has to be emptied before more is added. */
  get isFull(): boolean {
    return this.size >= MAX_EVENTS || this.#factSets.size >= MAX_FACTS ||
      this.#names.size >= MAX_FACTS || this.#places.size >= MAX_FACTS ||
      this.#names.bytes + this.#places.bytes + this.#factSets.bytes >= MAX_BYTES;
  }

  /** Adds the event in a line. */
  add(bytes: Uint8Array, start: number, stop: number): LineOutcome {
    const reader = this.#reader;
    if (!reader.readHead(bytes, start, stop)) return this.#nobodys("malformed");
    let attacker = NONE;
    if (reader.attacker.start >= 0) {
      attacker = this.#attackerOf(bytes, reader.attacker.start, reader.attacker.stop);
      if (attacker === ELSEWHERE) return "elsewhere";
    }
    const isNobodys = attacker === NONE;
    if (!reader.readFields(bytes)) return isNobodys ? this.#nobodys("malformed") : "malformed";
    if (reader.speaker === "other") return isNobodys ? this.#nobodys("own") : "own";
    if (isNobodys && !reader.hasSchema) {
      const name = addressOfOld(decoder.decode(bytes.subarray(start, stop)));
      if (name !== undefined) attacker = this.#numberOf(name);
      if (attacker === ELSEWHERE) return "elsewhere";
    }
    if (attacker === NONE) return this.#nobodys("no_attacker");
    if (this.size === this.#times.length) this.#grow();
    const at = this.size++;
    this.#times[at] = reader.time;
    this.#attackers[at] = attacker;
    this.#wheres[at] = this.#places.intern(reader.where, 0, reader.whereLength);
    this.#facts[at] = this.#factSets.intern(reader.facts, 0, reader.factsLength);
    return "event";
  }

  /** Number of distinct places. */
  get placeCount(): number {
    return this.#places.size;
  }

  /** Number of distinct sets of facts. */
  get factCount(): number {
    return this.#factSets.size;
  }

  /** The bytes of a place, see `RecordReader.where`. */
  placeAt(number: number): Uint8Array {
    return this.#places.at(number);
  }

  /** The bytes of a set of facts, see `RecordReader.facts`. */
  factsAt(number: number): Uint8Array {
    return this.#factSets.at(number);
  }

  /** Microseconds since the epoch of an event. */
  timeAt(event: number): number {
    return this.#times[event]!;
  }

  /** Number of an event's place. */
  placeOf(event: number): number {
    return this.#wheres[event]!;
  }

  /** Number of an event's set of facts. */
  factsOf(event: number): number {
    return this.#facts[event]!;
  }

  /** Each attacker in the order of their addresses as text, with the events in the order of the log. */
  *byAttacker(): Generator<{ readonly address: string; readonly events: Uint32Array }> {
    const { size } = this;
    const counts = new Uint32Array(this.#addresses.length + 1);
    for (let event = 0; event < size; event++) counts[this.#attackers[event]! + 1]!++;
    for (let number = 1; number < counts.length; number++) counts[number]! += counts[number - 1]!;
    const starts = counts.slice();
    const sorted = new Uint32Array(size);
    for (let event = 0; event < size; event++) sorted[starts[this.#attackers[event]!]!++] = event;
    const order = this.#addresses.map((_, number) => number);
    order.sort((one, other) => this.#addresses[one]! < this.#addresses[other]! ? -1 : 1);
    for (const number of order) {
      const events = sorted.subarray(counts[number], counts[number + 1]);
      // Lines that name it are our own, or torn.
      if (events.length === 0) continue;
      yield { address: this.#addresses[number]!, events };
    }
  }

  /** Forgets all events. */
  clear(): void {
    this.size = 0;
    this.#names.clear();
    this.#places.clear();
    this.#factSets.clear();
    this.#aliases.fill(NONE);
    this.#addresses.length = 0;
    this.#numbers.clear();
  }

  /** What no address decides is counted by the first part alone: the parts' counts add up. */
  #nobodys(outcome: LineOutcome): LineOutcome {
    return (this.#partition?.part ?? 1) === 1 ? outcome : "elsewhere";
  }

  #attackerOf(bytes: Uint8Array, start: number, stop: number): number {
    const known = this.#names.size;
    const name = this.#names.intern(bytes, start, stop);
    if (name < known) return this.#aliases[name]!;
    if (name >= this.#aliases.length) {
      const larger = new Uint32Array(this.#aliases.length * 2).fill(NONE);
      larger.set(this.#aliases);
      this.#aliases = larger;
    }
    const address = stop - start <= 64
      ? addressIn(decoder.decode(bytes.subarray(start, stop)))
      : undefined;
    return this.#aliases[name] = address === undefined ? NONE : this.#numberOf(address);
  }

  #numberOf(address: string): number {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    const partition = this.#partition;
    if (partition !== undefined && partOf(address, partition.parts) !== partition.part) {
      return ELSEWHERE;
    }
    const number = this.#addresses.length;
    this.#addresses.push(address);
    this.#numbers.set(address, number);
    return number;
  }

  #grow(): void {
    const length = this.#times.length * 2;
    const times = new Float64Array(length);
    times.set(this.#times);
    this.#times = times;
    this.#attackers = enlarged(this.#attackers, length);
    this.#wheres = enlarged(this.#wheres, length);
    this.#facts = enlarged(this.#facts, length);
  }
}

/** DECNET wrote "Unknown" where it could not read its own line: the fields may know better. */
function addressOfOld(line: string): string | undefined {
  const address = parseJsonEvent(line)?.attacker_ip;
  return address === UNKNOWN_ATTACKER ? undefined : address;
}

function enlarged(column: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(column);
  return larger;
}
