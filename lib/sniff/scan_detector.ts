/** Notices who tries many ports of one host, or one port of many hosts. Time is packet time. */
import { ADDRESS_WORDS, addressText, putAddress } from "./address_words.ts";
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

/** What the reports of both kinds say. */
interface ScanWindow {
  readonly source: string;
  readonly protocol: number;
  /** First and last attempt of the source in this window, microseconds. */
  readonly firstMicros: number;
  readonly lastMicros: number;
  /** Attempts of the source in this window, repeated ones too. */
  readonly attempts: number;
  /** Different pairs of host and port among them. */
  readonly targets: number;
}

/** Many ports of one host. */
export interface PortScan extends ScanWindow {
  readonly kind: "port_scan";
  /** The host of which most ports were tried. */
  readonly destination: string;
  /** How many. */
  readonly ports: number;
  /** The first ones; fewer than `ports` when memory was short. */
  readonly samplePorts: readonly number[];
}

/** One port of many hosts. */
export interface HostSweep extends ScanWindow {
  readonly kind: "host_sweep";
  /** The port that was tried on most hosts. */
  readonly port: number;
  /** On how many. */
  readonly hosts: number;
  /** The first ones; fewer than `hosts` when memory was short. */
  readonly sampleHosts: readonly string[];
}

/** What a source did within one window. */
export type ScanReport = PortScan | HostSweep;

/** What makes a scan, and how much is remembered. */
export interface ScanDetectorOptions {
  /** Length of a window, which opens with a source's first attempt. */
  readonly windowMicros?: number;
  /** Different ports of one host that make a port scan. */
  readonly minPorts?: number;
  /**
   * Different hosts on one port that make a sweep. The default is for hosts that nobody has a reason to
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
  /** Pairs of host and port; with evictions, counts may be too low. */
  readonly targets: number;
  readonly targetsEvicted: number;
}

const DEFAULT_WINDOW_MICROS = 60_000_000;
const DEFAULT_MIN_PORTS = 10;
const DEFAULT_MIN_HOSTS = 5;
const DEFAULT_MAX_SOURCES = 16384;
const DEFAULT_MAX_TARGETS = 131072;

/** How often closed windows are looked for. */
const SWEEP_MICROS = 1_000_000;

/** Ports and hosts that a report names. */
const SAMPLES = 8;

/** Words of a target: host, then protocol and port. */
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
  readonly #address: Int32Array;
  /** Number of the window, part of the keys below: those of older windows are never found again. */
  readonly #window: Uint32Array;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #attempts: Uint32Array;
  readonly #targetCount: Uint32Array;
  /** The only target so far: most sources have no other, and need no place in the tables below. */
  readonly #target: Int32Array;
  readonly #isListed: Uint8Array;
  /** Slots in `hosts` and `ports` with the highest counts, and these counts. */
  readonly #topHost: Int32Array;
  readonly #mostPorts: Uint32Array;
  readonly #topPort: Int32Array;
  readonly #mostHosts: Uint32Array;
  /** Host and port of these. */
  readonly #topHostKey: Int32Array;
  readonly #topPortKey: Int32Array;

  /** Pairs of host and port that a source has tried. */
  readonly #targets: SlotTable;
  /** Hosts that a source has tried, with the number of ports on each. */
  readonly #hosts: SlotTable;
  readonly #portCount: Uint32Array;
  readonly #portSamples: Uint16Array;
  /** Ports that a source has tried, with the number of hosts on each. */
  readonly #ports: SlotTable;
  readonly #hostCount: Uint32Array;
  readonly #hostSamples: Int32Array;

  /** Sources over a threshold whose window is still open. */
  readonly #listed: number[] = [];
  readonly #now = new Int32Array(TARGET_WORDS);
  #nextWindow = 1;
  #sweepAt = 0;

  constructor(onReport: (report: ScanReport) => void, options: ScanDetectorOptions = {}) {
    this.#onReport = onReport;
    this.#windowMicros = options.windowMicros ?? DEFAULT_WINDOW_MICROS;
    this.#minPorts = options.minPorts ?? DEFAULT_MIN_PORTS;
    this.#minHosts = options.minHosts ?? DEFAULT_MIN_HOSTS;
    const sources = options.maxSources ?? DEFAULT_MAX_SOURCES;
    const targets = options.maxTargets ?? DEFAULT_MAX_TARGETS;
    // A host or a port stands for several targets, mostly.
    const sets = Math.max(1, targets >> 2);
    this.#sources = new SlotTable(sources, ADDRESS_WORDS);
    this.#address = new Int32Array(sources * ADDRESS_WORDS);
    this.#window = new Uint32Array(sources);
    this.#first = new Float64Array(sources);
    this.#last = new Float64Array(sources);
    this.#attempts = new Uint32Array(sources);
    this.#targetCount = new Uint32Array(sources);
    this.#target = new Int32Array(sources * TARGET_WORDS);
    this.#isListed = new Uint8Array(sources);
    this.#topHost = new Int32Array(sources);
    this.#mostPorts = new Uint32Array(sources);
    this.#topPort = new Int32Array(sources);
    this.#mostHosts = new Uint32Array(sources);
    this.#topHostKey = new Int32Array(sources * TARGET_WORDS);
    this.#topPortKey = new Int32Array(sources);
    this.#targets = new SlotTable(targets, 1 + TARGET_WORDS);
    this.#hosts = new SlotTable(sets, 1 + TARGET_WORDS);
    this.#portCount = new Uint32Array(sets);
    this.#portSamples = new Uint16Array(sets * SAMPLES);
    this.#ports = new SlotTable(sets, 2);
    this.#hostCount = new Uint32Array(sets);
    this.#hostSamples = new Int32Array(sets * SAMPLES * ADDRESS_WORDS);
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
    if (micros >= this.#sweepAt) this.expire(micros);
    putAddress(this.#sources.key, 0, bytes, packet.sourceOffset, addressLength);
    putAddress(this.#now, 0, bytes, packet.destinationOffset, addressLength);
    this.#now[ADDRESS_WORDS] = packet.protocol << 16 | packet.destinationPort;
    const slot = this.#sources.claim();
    const isOver = micros - this.#first[slot]! >= this.#windowMicros;
    if (this.#sources.fresh || isOver) {
      this.#close(slot);
      this.#open(slot, micros);
      return;
    }
    this.#last[slot] = micros;
    this.#attempts[slot]!++;
    if (this.#targetCount[slot] === 1) {
      if (this.#isOnlyTarget(slot)) return;
      this.#count(slot, this.#target, slot * TARGET_WORDS);
    }
    this.#count(slot, this.#now, 0);
  }

  /** Reports the scans whose window has ended by `micros`. */
  expire(micros: number): void {
    this.#sweepAt = micros + SWEEP_MICROS;
    for (let index = this.#listed.length - 1; index >= 0; index--) {
      const slot = this.#listed[index]!;
      if (micros - this.#first[slot]! >= this.#windowMicros) this.#close(slot);
    }
  }

  /** Reports what is left at the end of the input. */
  flush(): void {
    while (this.#listed.length > 0) this.#close(this.#listed[0]!);
  }

  #open(slot: number, micros: number): void {
    this.#address.set(this.#sources.key, slot * ADDRESS_WORDS);
    this.#window[slot] = this.#nextWindow++;
    this.#first[slot] = this.#last[slot] = micros;
    this.#attempts[slot] = 1;
    this.#targetCount[slot] = 1;
    this.#target.set(this.#now, slot * TARGET_WORDS);
    this.#mostPorts[slot] = this.#mostHosts[slot] = 0;
  }

  #isOnlyTarget(slot: number): boolean {
    let word = TARGET_WORDS - 1;
    while (word >= 0 && this.#target[slot * TARGET_WORDS + word] === this.#now[word]) word--;
    return word < 0;
  }

  /** Counts the target in `words` from `at` on, if it is new in this window. */
  #count(slot: number, words: Int32Array, at: number): void {
    const window = this.#window[slot]!;
    const key = this.#targets.key;
    key[0] = window;
    for (let word = 0; word < TARGET_WORDS; word++) key[word + 1] = words[at + word]!;
    this.#targets.claim();
    if (!this.#targets.fresh) return;
    const endpoint = key[TARGET_WORDS]!;
    const ports = this.#countPort(slot, key, endpoint);
    const hosts = this.#countHost(slot, key, endpoint);
    // The first target was counted when the window opened.
    if (at === 0 && words === this.#now) this.#targetCount[slot]!++;
    if (ports < this.#minPorts && hosts < this.#minHosts || this.#isListed[slot] === 1) return;
    this.#isListed[slot] = 1;
    this.#listed.push(slot);
  }

  /** One more port on the host of `target`; returns how many these are. */
  #countPort(slot: number, target: Int32Array, endpoint: number): number {
    const key = this.#hosts.key;
    key.set(target);
    // All ports of one protocol.
    key[TARGET_WORDS] = endpoint & ~0xffff;
    const host = this.#hosts.claim();
    const count = this.#hosts.fresh ? 1 : this.#portCount[host]! + 1;
    this.#portCount[host] = count;
    if (count <= SAMPLES) this.#portSamples[host * SAMPLES + count - 1] = endpoint;
    if (count > this.#mostPorts[slot]!) {
      this.#mostPorts[slot] = count;
      this.#topHost[slot] = host;
      for (let word = 0; word < TARGET_WORDS; word++) {
        this.#topHostKey[slot * TARGET_WORDS + word] = key[word + 1]!;
      }
    }
    return count;
  }

  /** One more host on the port of `target`; returns how many these are. */
  #countHost(slot: number, target: Int32Array, endpoint: number): number {
    const key = this.#ports.key;
    key[0] = target[0]!;
    key[1] = endpoint;
    const port = this.#ports.claim();
    const count = this.#ports.fresh ? 1 : this.#hostCount[port]! + 1;
    this.#hostCount[port] = count;
    if (count <= SAMPLES) {
      const sample = (port * SAMPLES + count - 1) * ADDRESS_WORDS;
      for (let word = 0; word < ADDRESS_WORDS; word++) {
        this.#hostSamples[sample + word] = target[word + 1]!;
      }
    }
    if (count > this.#mostHosts[slot]!) {
      this.#mostHosts[slot] = count;
      this.#topPort[slot] = port;
      this.#topPortKey[slot] = endpoint;
    }
    return count;
  }

  /** Reports the window of a source, if it is worth it, and takes the source off the list. */
  #close(slot: number): void {
    if (this.#isListed[slot] === 0) return;
    this.#isListed[slot] = 0;
    this.#listed.splice(this.#listed.indexOf(slot), 1);
    if (this.#mostPorts[slot]! >= this.#minPorts) this.#onReport(this.#portScan(slot));
    if (this.#mostHosts[slot]! >= this.#minHosts) this.#onReport(this.#hostSweep(slot));
  }

  #portScan(slot: number): PortScan {
    const host = this.#topHost[slot]!;
    const ports = this.#mostPorts[slot]!;
    const isThere = this.#hosts.word(host, 0) === (this.#window[slot]! | 0);
    const samples = this.#portSamples.subarray(
      host * SAMPLES,
      host * SAMPLES + Math.min(ports, SAMPLES),
    );
    const key = slot * TARGET_WORDS;
    return {
      kind: "port_scan",
      ...this.#summary(slot, this.#topHostKey[key + ADDRESS_WORDS]!),
      destination: addressText(this.#topHostKey.subarray(key, key + ADDRESS_WORDS)),
      ports,
      samplePorts: isThere ? [...samples] : [],
    };
  }

  #hostSweep(slot: number): HostSweep {
    const port = this.#topPort[slot]!;
    const hosts = this.#mostHosts[slot]!;
    const sampleHosts: string[] = [];
    if (this.#ports.word(port, 0) === (this.#window[slot]! | 0)) {
      for (let sample = 0; sample < Math.min(hosts, SAMPLES); sample++) {
        const start = (port * SAMPLES + sample) * ADDRESS_WORDS;
        sampleHosts.push(addressText(this.#hostSamples.subarray(start, start + ADDRESS_WORDS)));
      }
    }
    return {
      kind: "host_sweep",
      ...this.#summary(slot, this.#topPortKey[slot]!),
      port: this.#topPortKey[slot]! & 0xffff,
      hosts,
      sampleHosts,
    };
  }

  #summary(slot: number, endpoint: number): ScanWindow {
    const start = slot * ADDRESS_WORDS;
    return {
      source: addressText(this.#address.subarray(start, start + ADDRESS_WORDS)),
      protocol: endpoint >> 16 & 0xff,
      firstMicros: this.#first[slot]!,
      lastMicros: this.#last[slot]!,
      attempts: this.#attempts[slot]!,
      targets: this.#targetCount[slot]!,
    };
  }
}
