/** Notices who tries many ports of one host, or one port of many hosts. Time is packet time. */
import { ADDRESS_WORDS, addressText, putAddress } from "./address_words.ts";
import { CountedSets } from "./counted_sets.ts";
import type { HostSweep, PortScan, ScanReport } from "./scan_report.ts";
import { SlotTable } from "./slot_table.ts";

/** The fields of a connection attempt that matter here; `Packet` has them all. */
export interface AttemptPacket {
  readonly bytes: Uint8Array;
  readonly micros: number;
  readonly sourceOffset: number;
  readonly destinationOffset: number;
  readonly addressLength: number;
  readonly destinationPort: number;
  /** Protocol number: TCP and UDP ports are not the same. */
  readonly protocol: number;
}

/** What makes a scan, and how much is remembered. */
export interface ScanDetectorOptions {
  /** Length of a window, which opens with a source's first attempt. */
  readonly windowMicros?: number;
  /** Different ports of one host that make a port scan, at least 2. */
  readonly minPorts?: number;
  /**
   * Different hosts on one port that make a sweep, at least 2. The default is for hosts that nobody has a reason to
   * visit; on a network at large, any browser reaches it.
   */
  readonly minHosts?: number;
  /** Sources at a time. */
  readonly maxSources?: number;
  /** Pairs of host and port at a time, of all sources. */
  readonly maxTargets?: number;
}

/** How full the tables are. */
export interface ScanDetectorCounters {
  /** Sources in the table, and those that had to go before their window ended. */
  readonly sources: number;
  readonly sourcesEvicted: number;
  /** Pairs of host and port in the table, and those that had to go: then numbers may be off. */
  readonly targets: number;
  readonly targetsEvicted: number;
}

const DEFAULT_WINDOW_MICROS = 60_000_000;
const DEFAULT_MIN_PORTS = 10;
const DEFAULT_MIN_HOSTS = 5;
const DEFAULT_MAX_SOURCES = 16384;
const DEFAULT_MAX_TARGETS = 131072;

/** How often windows that have ended are looked for. */
const SWEEP_MICROS = 1_000_000;

/** Words of a target: host, then protocol and port in one. */
const TARGET_WORDS = ADDRESS_WORDS + 1;

/**
 * Counts each source's attempts in windows of a fixed length. One report for a source, kind and window
 * is given when the window has ended (or the source had to make room), so that its numbers are whole.
 */
export class ScanDetector {
  readonly #onReport: (report: ScanReport) => void;
  readonly #windowMicros: number;
  readonly #minPorts: number;
  readonly #minHosts: number;

  /** Sources, and what each has done in its window. */
  readonly #sources: SlotTable;
  readonly #addresses: Int32Array;
  /** Number of the window, part of the names of sets: those of older windows are not found again. */
  readonly #window: Int32Array;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #attempts: Uint32Array;
  readonly #targetCount: Uint32Array;
  /** The only target so far: most sources have no other, and need no place in the tables below. */
  readonly #onlyTarget: Int32Array;
  /** The host with most ports and the port with most hosts: how many, which set, and its name. */
  readonly #mostPorts: Uint32Array;
  readonly #topHostSet: Int32Array;
  readonly #topHost: Int32Array;
  readonly #mostHosts: Uint32Array;
  readonly #topPortSet: Int32Array;
  readonly #topPort: Int32Array;

  /** Pairs of host and port that a source has tried. */
  readonly #targets: SlotTable;
  /** Ports by window and host, hosts by window and port. */
  readonly #portsOfHost: CountedSets;
  readonly #hostsOfPort: CountedSets;

  /** Sources over a threshold whose window is open, and the place of each source in this list, plus 1. */
  readonly #listed: Int32Array;
  readonly #place: Int32Array;
  #listedCount = 0;

  readonly #target = new Int32Array(TARGET_WORDS);
  #windows = 0;
  #sweptAt = -Infinity;

  constructor(onReport: (report: ScanReport) => void, options: ScanDetectorOptions = {}) {
    this.#onReport = onReport;
    this.#windowMicros = options.windowMicros ?? DEFAULT_WINDOW_MICROS;
    this.#minPorts = options.minPorts ?? DEFAULT_MIN_PORTS;
    this.#minHosts = options.minHosts ?? DEFAULT_MIN_HOSTS;
    const sources = options.maxSources ?? DEFAULT_MAX_SOURCES;
    const targets = options.maxTargets ?? DEFAULT_MAX_TARGETS;
    // A host or a port mostly stands for several targets.
    const sets = Math.max(1, targets >> 2);
    this.#sources = new SlotTable(sources, ADDRESS_WORDS);
    this.#addresses = new Int32Array(sources * ADDRESS_WORDS);
    this.#window = new Int32Array(sources);
    this.#first = new Float64Array(sources);
    this.#last = new Float64Array(sources);
    this.#attempts = new Uint32Array(sources);
    this.#targetCount = new Uint32Array(sources);
    this.#onlyTarget = new Int32Array(sources * TARGET_WORDS);
    this.#mostPorts = new Uint32Array(sources);
    this.#topHostSet = new Int32Array(sources);
    this.#topHost = new Int32Array(sources * TARGET_WORDS);
    this.#mostHosts = new Uint32Array(sources);
    this.#topPortSet = new Int32Array(sources);
    this.#topPort = new Int32Array(sources);
    this.#targets = new SlotTable(targets, 1 + TARGET_WORDS);
    this.#portsOfHost = new CountedSets(sets, 1 + TARGET_WORDS, 1);
    this.#hostsOfPort = new CountedSets(sets, 2, ADDRESS_WORDS);
    this.#listed = new Int32Array(sources);
    this.#place = new Int32Array(sources);
  }

  get counters(): ScanDetectorCounters {
    return {
      sources: this.#sources.size,
      sourcesEvicted: this.#sources.evictions,
      targets: this.#targets.size,
      targetsEvicted: this.#targets.evictions,
    };
  }

  /** Takes an attempt: a SYN without ACK, or whatever else opens a conversation. */
  add(packet: AttemptPacket): void {
    const { bytes, micros, addressLength } = packet;
    if (Math.abs(micros - this.#sweptAt) >= SWEEP_MICROS) this.expire(micros);
    putAddress(this.#sources.key, 0, bytes, packet.sourceOffset, addressLength);
    putAddress(this.#target, 0, bytes, packet.destinationOffset, addressLength);
    this.#target[ADDRESS_WORDS] = packet.protocol << 16 | packet.destinationPort;
    const slot = this.#sources.claim();
    if (this.#sources.fresh || this.#isOver(slot, micros)) {
      this.#close(slot);
      this.#open(slot, micros);
      return;
    }
    this.#last[slot] = micros;
    this.#attempts[slot]!++;
    if (this.#targetCount[slot] === 1) {
      if (this.#isOnlyTarget(slot)) return;
      this.#count(slot, this.#onlyTarget, slot * TARGET_WORDS);
    }
    if (this.#count(slot, this.#target, 0)) this.#targetCount[slot]!++;
  }

  /** Reports the scans whose window has ended by `micros`. */
  expire(micros: number): void {
    this.#sweptAt = micros;
    for (let index = this.#listedCount - 1; index >= 0; index--) {
      const slot = this.#listed[index]!;
      if (this.#isOver(slot, micros)) this.#close(slot);
    }
  }

  /** Reports what is left at the end of the input. */
  flush(): void {
    while (this.#listedCount > 0) this.#close(this.#listed[this.#listedCount - 1]!);
  }

  /** True also when time has gone back further than a window, as from one capture to the next. */
  #isOver(slot: number, micros: number): boolean {
    return Math.abs(micros - this.#first[slot]!) >= this.#windowMicros;
  }

  #open(slot: number, micros: number): void {
    this.#addresses.set(this.#sources.key, slot * ADDRESS_WORDS);
    this.#window[slot] = ++this.#windows;
    this.#first[slot] = this.#last[slot] = micros;
    this.#attempts[slot] = 1;
    this.#targetCount[slot] = 1;
    this.#onlyTarget.set(this.#target, slot * TARGET_WORDS);
    this.#mostPorts[slot] = this.#mostHosts[slot] = 0;
  }

  #isOnlyTarget(slot: number): boolean {
    let word = TARGET_WORDS - 1;
    while (word >= 0 && this.#onlyTarget[slot * TARGET_WORDS + word] === this.#target[word]) word--;
    return word < 0;
  }

  /** Counts the target in `words` from `at` on; false when this window has it already. */
  #count(slot: number, words: Int32Array, at: number): boolean {
    const { key } = this.#targets;
    key[0] = this.#window[slot]!;
    for (let word = 0; word < TARGET_WORDS; word++) key[word + 1] = words[at + word]!;
    this.#targets.claim();
    if (!this.#targets.fresh) return false;
    const ports = this.#countPort(slot, key);
    const hosts = this.#countHost(slot, key);
    if (ports >= this.#minPorts || hosts >= this.#minHosts) this.#list(slot);
    return true;
  }

  /** One more port of a host; returns how many these are. `target` starts with the window. */
  #countPort(slot: number, target: Int32Array): number {
    const { key } = this.#portsOfHost;
    key.set(target);
    // Of the port only the protocol is left.
    key[TARGET_WORDS]! &= ~0xffff;
    const count = this.#portsOfHost.add(target, TARGET_WORDS);
    if (count > this.#mostPorts[slot]!) {
      this.#mostPorts[slot] = count;
      this.#topHostSet[slot] = this.#portsOfHost.slot;
      const start = slot * TARGET_WORDS;
      for (let word = 0; word < TARGET_WORDS; word++) this.#topHost[start + word] = key[word + 1]!;
    }
    return count;
  }

  /** One more host with a port; returns how many these are. */
  #countHost(slot: number, target: Int32Array): number {
    const { key } = this.#hostsOfPort;
    key[0] = target[0]!;
    key[1] = target[TARGET_WORDS]!;
    const count = this.#hostsOfPort.add(target, 1);
    if (count > this.#mostHosts[slot]!) {
      this.#mostHosts[slot] = count;
      this.#topPortSet[slot] = this.#hostsOfPort.slot;
      this.#topPort[slot] = key[1]!;
    }
    return count;
  }

  #list(slot: number): void {
    if (this.#place[slot] !== 0) return;
    this.#listed[this.#listedCount] = slot;
    this.#place[slot] = ++this.#listedCount;
  }

  /** Reports the window of a source that is over a threshold, and takes it off the list. */
  #close(slot: number): void {
    const place = this.#place[slot]! - 1;
    if (place < 0) return;
    this.#place[slot] = 0;
    const last = this.#listed[--this.#listedCount]!;
    if (last !== slot) {
      this.#listed[place] = last;
      this.#place[last] = place + 1;
    }
    if (this.#mostPorts[slot]! >= this.#minPorts) this.#onReport(this.#portScan(slot));
    if (this.#mostHosts[slot]! >= this.#minHosts) this.#onReport(this.#hostSweep(slot));
  }

  #portScan(slot: number): PortScan {
    const start = slot * TARGET_WORDS;
    const samples = this.#portsOfHost.samples(this.#topHostSet[slot]!, this.#window[slot]!);
    return {
      kind: "port_scan",
      ...this.#summary(slot, this.#topHost[start + ADDRESS_WORDS]!),
      destination: addressText(this.#topHost, start),
      ports: this.#mostPorts[slot]!,
      samplePorts: samples.map((words) => words[0]! & 0xffff),
    };
  }

  #hostSweep(slot: number): HostSweep {
    const samples = this.#hostsOfPort.samples(this.#topPortSet[slot]!, this.#window[slot]!);
    return {
      kind: "host_sweep",
      ...this.#summary(slot, this.#topPort[slot]!),
      port: this.#topPort[slot]! & 0xffff,
      hosts: this.#mostHosts[slot]!,
      sampleHosts: samples.map((words) => addressText(words)),
    };
  }

  /** @param endpoint protocol and port */
  #summary(slot: number, endpoint: number) {
    return {
      source: addressText(this.#addresses, slot * ADDRESS_WORDS),
      protocol: endpoint >> 16,
      firstMicros: this.#first[slot]!,
      lastMicros: this.#last[slot]!,
      attempts: this.#attempts[slot]!,
      targets: this.#targetCount[slot]!,
    };
  }
}
