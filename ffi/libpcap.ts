/** Live capture with libpcap. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { CaptureError } from "./capture_error.ts";
import { cString, cText } from "./c_text.ts";
import { interfaceNames } from "./interfaces.ts";
import {
  ERROR_BUFFER_SIZE,
  type Handle,
  type Libpcap,
  openLibpcap,
  textAt,
} from "./libpcap_library.ts";
import { SavefileSink } from "./savefile_sink.ts";

/** Bytes of a packet that are kept: more than a packet has, offloaded super-packets included. */
export const DEFAULT_SNAPLEN = 65_535;

/** pcap-int.h: MAXIMUM_SNAPLEN, what libpcap takes for "all of it". */
export const MAX_SNAPLEN = 262_144;

/** Bytes of the kernel's ring: libpcap's own 2 MiB lose packets from 100,000 a second on. */
export const DEFAULT_BUFFER_SIZE = 64 * 1024 * 1024;

/** What to capture. */
export interface LiveCaptureOptions {
  /** Name of the interface; `any` for all of them on Linux. */
  readonly device: string;
  /** A filter expression, see pcap-filter(7); all packets without one. */
  readonly filter?: string;
  /** Bytes of each packet, {@linkcode DEFAULT_SNAPLEN} by default, 1 to {@linkcode MAX_SNAPLEN}. */
  readonly snaplen?: number;
  /** Also packets for other stations; false by default. */
  readonly promiscuous?: boolean;
  /** Bytes of the kernel's ring, {@linkcode DEFAULT_BUFFER_SIZE} by default. */
  readonly bufferSize?: number;
}

/** The kernel's counters since the capture was opened. */
export interface CaptureStatistics {
  /** Packets that passed the filter; on Linux those that were dropped are among them. */
  readonly received: number;
  /** Packets that found no room in the ring. */
  readonly dropped: number;
  /** Packets that the interface or its driver dropped, where the system tells. */
  readonly interfaceDropped: number;
}

/**
 * Takes a batch of packets: `records` savefile records without a file header (16 bytes of header
 * each: seconds, microseconds, captured and original length) from the start of `bytes`, in native
 * byte order. `bytes` is longer than the records, and holds them only until the function returns or
 * its promise resolves.
 */
export type BatchHandler = (bytes: Uint8Array, records: number) => void | Promise<void>;

/** How long the kernel may gather packets into a block before it hands it over. */
const BLOCK_TIMEOUT_MS = 100;

/** How long one wait for packets lasts, and so how late a stop is noticed. */
const WAIT_MS = 250;

/** The same for interfaces that cannot be waited on, which are asked again and again. */
const BLIND_WAIT_MS = 10;

/** Packets are read this long at most before timers and signals get their turn. */
const SLICE_MS = 10;

/**
 * How long packets gather once none is left: a wait costs as much as fifty of them, and at a high rate some
 * are there again at once.
 */
const GATHER_MS = 10;

/** What comes in a millisecond at 8 Gbit/s: a ring that holds less than {@linkcode GATHER_MS} of it waits less. */
const BYTES_PER_MS = 1024 * 1024;

/** pcap.h: PCAP_TSTAMP_PRECISION_MICRO. */
const MICROSECONDS = 0;

/** pcap.h: what pcap_activate() returns. */
const ERROR_NO_SUCH_DEVICE = -5;
const ERROR_PERMISSION = -8;
const ERROR_INTERFACE_DOWN = -9;
const ERROR_PROMISCUOUS_PERMISSION = -11;

/** pcap.h: PCAP_NETMASK_UNKNOWN; only `ip broadcast` needs a netmask. */
const NETMASK_UNKNOWN = 0xffffffff;

/** Bytes of a `struct bpf_program`: a length, padding, and a pointer. */
const BPF_PROGRAM_SIZE = 16;

/** poll.h: POLLIN. */
const POLLIN = 1;

/** A capture on one interface. */
export class LiveCapture implements Disposable {
  /** What the packets start with: a LINKTYPE_ number, as in savefiles. */
  readonly linkType: number;
  /** The header of a savefile with this capture's records: 24 bytes, native byte order. */
  readonly fileHeader: Uint8Array;
  /** What libpcap could not do as asked, a line each. */
  readonly warnings: readonly string[];
  readonly #pcap: Libpcap;
  readonly #handle: Handle;
  readonly #sink: SavefileSink;
  /** A `struct pollfd`, in memory that does not move while another thread reads it. */
  readonly #pollfd = new Uint8Array(new ArrayBuffer(8));
  readonly #waitMs: number;
  readonly #gatherMs: number;
  #counters = new Uint32Array(3);
  #statistics: CaptureStatistics = { received: 0, dropped: 0, interfaceDropped: 0 };
  #running = false;
  #closing = false;
  #closed = false;

  private constructor(
    pcap: Libpcap,
    handle: Handle,
    { bufferSize = DEFAULT_BUFFER_SIZE }: LiveCaptureOptions,
    warning: string,
  ) {
    this.#pcap = pcap;
    this.#handle = handle;
    this.#gatherMs = Math.min(GATHER_MS, Math.floor(bufferSize / BYTES_PER_MS));
    this.warnings = warning === "" ? [] : [warning];
    const descriptor = pcap.symbols.pcap_get_selectable_fd(handle);
    this.#waitMs = descriptor < 0 ? BLIND_WAIT_MS : WAIT_MS;
    // poll(2) passes over a negative descriptor and just waits.
    new Int32Array(this.#pollfd.buffer)[0] = descriptor;
    new Int16Array(this.#pollfd.buffer)[2] = POLLIN;
    this.#sink = new SavefileSink(pcap, handle);
    this.fileHeader = this.#sink.header;
    // pcap-savefile(5): the upper bits tell of frame check sequences.
    this.linkType = new Uint32Array(this.#sink.header.buffer)[5]! & 0xffff;
  }

  /**
   * Opens an interface. Packets are kept from here on, in the kernel's ring.
   *
   * @param pcap the library to use; {@linkcode openLibpcap} by default. It is closed with the capture
   * @throws {CaptureError}
   */
  static open(options: LiveCaptureOptions, pcap: Libpcap = openLibpcap()): LiveCapture {
    const { device, filter = "" } = options;
    let handle: Handle | undefined;
    try {
      handle = create(pcap, options);
      const warning = activate(pcap, handle, device);
      const errorBuffer = new Uint8Array(ERROR_BUFFER_SIZE);
      if (pcap.symbols.pcap_setnonblock(handle, 1, errorBuffer) < 0) {
        throw new CaptureError("failed", `${device}: ${cText(errorBuffer)}`);
      }
      if (filter !== "") setFilter(pcap, handle, filter);
      return new LiveCapture(pcap, handle, options, warning);
    } catch (error) {
      if (handle !== undefined) pcap.symbols.pcap_close(handle);
      pcap.close();
      throw error;
    }
  }

  /**
   * Hands every batch of packets to `handler`, until the signal or {@linkcode close} ends it, which
   * may take a quarter of a second. Waiting does not hold up the event loop, nor does a stream of
   * packets that does not end: between batches timers and signals get their turn.
   *
   * @param onPause called behind batches when no packet is left, and every few milliseconds while some are
   * @throws {CaptureError} of kind `failed`, when the interface goes away for example; and whatever
   * `handler` throws
   */
  async run(
    handler: BatchHandler,
    signal?: AbortSignal,
    onPause: () => void = () => {},
  ): Promise<void> {
    if (this.#running || this.#closed) throw new Error("this capture is running or closed");
    this.#running = true;
    const stopped = () => this.#closing || signal?.aborted === true;
    let turn = performance.now();
    try {
      while (!stopped()) {
        await this.#pcap.symbols.poll(this.#pollfd, 1n, this.#waitMs);
        let taken = 0;
        let drained = false;
        while (!drained && !stopped() && (taken === 0 || performance.now() - turn < SLICE_MS)) {
          const records = this.#fill();
          drained = records < this.#sink.capacity;
          if (records === 0) break;
          taken += records;
          const pending = handler(this.#sink.records, records);
          if (pending !== undefined) await pending;
        }
        if (taken > 0) onPause();
        if (drained && taken > 0 && this.#gatherMs > 0 && !stopped()) {
          await setTimeout(this.#gatherMs);
          turn = performance.now();
          continue;
        }
        if (performance.now() - turn < SLICE_MS) continue;
        // Where packets wait, the wait for them is over before a timer that is due gets its turn. The
        // first ends this round of the event loop; the second one comes behind the timers of the next.
        await setImmediate();
        await setImmediate();
        turn = performance.now();
      }
    } finally {
      this.#running = false;
      if (this.#closing) this.#release();
    }
  }

  /** The counters; after {@linkcode close} those at its time. */
  statistics(): CaptureStatistics {
    if (this.#closed) return this.#statistics;
    const now = new Uint32Array(3);
    const { pcap_stats } = this.#pcap.symbols;
    if (pcap_stats(this.#handle, new Uint8Array(now.buffer)) < 0) return this.#statistics;
    // They are 32 bits wide in libpcap and start again after 4,294,967,295.
    const since = (index: number) => (now[index]! - this.#counters[index]!) >>> 0;
    this.#statistics = {
      received: this.#statistics.received + since(0),
      dropped: this.#statistics.dropped + since(1),
      interfaceDropped: this.#statistics.interfaceDropped + since(2),
    };
    this.#counters = now;
    return this.#statistics;
  }

  /** Ends {@linkcode run}, and closes the interface as soon as that is over. */
  close(): void {
    this.#closing = true;
    // Not under the feet of a wait: its descriptor might by then belong to something else.
    if (!this.#running) this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #fill(): number {
    try {
      return this.#sink.fill();
    } catch (error) {
      throw new CaptureError("failed", (error as Error).message);
    }
  }

  #release(): void {
    if (this.#closed) return;
    this.statistics();
    this.#closed = true;
    this.#sink.close();
    this.#pcap.symbols.pcap_close(this.#handle);
    this.#pcap.close();
  }
}

/** A handle with all settings, not yet active. */
function create(pcap: Libpcap, options: LiveCaptureOptions): Handle {
  const { device, snaplen = DEFAULT_SNAPLEN, bufferSize = DEFAULT_BUFFER_SIZE } = options;
  if (!(snaplen >= 1 && snaplen <= MAX_SNAPLEN)) {
    throw new RangeError(`a packet's bytes are 1 to ${MAX_SNAPLEN}, not ${snaplen}`);
  }
  if (!(bufferSize >= 1 && bufferSize < 2 ** 31)) {
    throw new RangeError(`a buffer has 1 to ${2 ** 31 - 1} bytes, not ${bufferSize}`);
  }
  const symbols = pcap.symbols;
  const errorBuffer = new Uint8Array(ERROR_BUFFER_SIZE);
  const handle = symbols.pcap_create(cString(device), errorBuffer);
  if (handle === null) throw new CaptureError("failed", `${device}: ${cText(errorBuffer)}`);
  symbols.pcap_set_snaplen(handle, snaplen);
  symbols.pcap_set_promisc(handle, options.promiscuous === true ? 1 : 0);
  symbols.pcap_set_timeout(handle, BLOCK_TIMEOUT_MS);
  symbols.pcap_set_buffer_size(handle, bufferSize);
  symbols.pcap_set_tstamp_precision(handle, MICROSECONDS);
  return handle;
}

/** Opens the interface; returns libpcap's warning or an empty string. */
function activate(pcap: Libpcap, handle: Handle, device: string): string {
  const { pcap_activate, pcap_geterr, pcap_statustostr } = pcap.symbols;
  const status = pcap_activate(handle);
  if (status === 0) return "";
  const reason = textAt(pcap, pcap_geterr(handle)) || textAt(pcap, pcap_statustostr(status));
  if (status > 0) return `${device}: ${reason}`;
  switch (status) {
    case ERROR_NO_SUCH_DEVICE:
      throw new CaptureError(
        "no_device",
        `no interface "${device}"; there are ${interfaceNames(pcap).join(", ")}`,
      );
    case ERROR_PERMISSION:
    case ERROR_PROMISCUOUS_PERMISSION:
      throw new CaptureError("no_permission", `no permission to capture on ${device}: ${remedy()}`);
    case ERROR_INTERFACE_DOWN:
      throw new CaptureError(
        "device_down",
        `${device} is not up: ip link set ${device} up`,
      );
    default:
      throw new CaptureError("failed", `${device}: ${reason}`);
  }
}

function remedy(): string {
  if (Deno.build.os === "darwin") return "run as root, or give yourself access to /dev/bpf*";
  return `run as root, or once: sudo setcap cap_net_raw+ep $(readlink -f ${Deno.execPath()}); ` +
    "in a systemd unit: AmbientCapabilities=CAP_NET_RAW";
}

function setFilter(pcap: Libpcap, handle: Handle, filter: string): void {
  const { pcap_compile, pcap_setfilter, pcap_freecode, pcap_geterr } = pcap.symbols;
  const program = new Uint8Array(new ArrayBuffer(BPF_PROGRAM_SIZE));
  if (pcap_compile(handle, program, cString(filter), 1, NETMASK_UNKNOWN) < 0) {
    const reason = textAt(pcap, pcap_geterr(handle));
    throw new CaptureError("bad_filter", `filter "${filter}": ${reason}`);
  }
  const status = pcap_setfilter(handle, program);
  pcap_freecode(program);
  if (status < 0) {
    throw new CaptureError("failed", `filter "${filter}": ${textAt(pcap, pcap_geterr(handle))}`);
  }
}
