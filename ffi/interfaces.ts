/** The interfaces that libpcap can capture from. */
import { formatAddress } from "../lib/net/address.ts";
import { CaptureError } from "./capture_error.ts";
import { cText } from "./c_text.ts";
import {
  bytesAt,
  ERROR_BUFFER_SIZE,
  type Libpcap,
  openLibpcap,
  textAt,
} from "./libpcap_library.ts";

/** An interface to capture from. */
export interface CaptureInterface {
  readonly name: string;
  /** What the system calls it; empty where it does not tell. */
  readonly description: string;
  /** IPv4 and IPv6 addresses in canonical text. */
  readonly addresses: readonly string[];
  readonly loopback: boolean;
  readonly up: boolean;
  /** Up and with a carrier. */
  readonly running: boolean;
  readonly wireless: boolean;
}

/** pcap.h: PCAP_IF_LOOPBACK and so on. */
const LOOPBACK = 1;
const UP = 2;
const RUNNING = 4;
const WIRELESS = 8;

/** pcap.h: struct pcap_if with 64-bit pointers: next, name, description, addresses, flags. */
const INTERFACE_SIZE = 40;

/** pcap.h: struct pcap_addr: next, addr, and three more addresses. */
const ADDRESS_SIZE = 40;

/** Length of a struct sockaddr_in, the shorter of the two that are read. */
const SOCKADDR_IN_SIZE = 16;
/** Length of a struct sockaddr_in6. */
const SOCKADDR_IN6_SIZE = 28;

const AF_INET = 2;
const AF_INET6 = Deno.build.os === "darwin" ? 30 : 10;

/** Lists are linked; no system has as many. */
const MOST = 10_000;

const MOST_NAME_BYTES = 256;

/**
 * The interfaces, the first one first that libpcap would take by default.
 *
 * @throws {CaptureError}
 */
export function captureInterfaces(): CaptureInterface[] {
  const pcap = openLibpcap();
  try {
    return readInterfaces(pcap);
  } finally {
    pcap.close();
  }
}

/** Their names alone, with a library that is open already. Empty when they cannot be listed. */
export function interfaceNames(pcap: Libpcap): string[] {
  try {
    return readInterfaces(pcap).map(({ name }) => name);
  } catch {
    return [];
  }
}

function readInterfaces(pcap: Libpcap): CaptureInterface[] {
  const first = new BigUint64Array(1);
  const errorBuffer = new Uint8Array(ERROR_BUFFER_SIZE);
  if (pcap.symbols.pcap_findalldevs(new Uint8Array(first.buffer), errorBuffer) < 0) {
    throw new CaptureError("failed", `cannot list the interfaces: ${cText(errorBuffer)}`);
  }
  const head = first[0]!;
  if (head === 0n) return [];
  try {
    return linked(pcap, head, INTERFACE_SIZE).map((entry) => readInterface(pcap, entry));
  } finally {
    pcap.symbols.pcap_freealldevs(head);
  }
}

/** Copies of the structures of a list whose first field is the address of the next. */
function linked(pcap: Libpcap, head: bigint, size: number): DataView[] {
  const entries: DataView[] = [];
  for (let address = head; address !== 0n && entries.length < MOST;) {
    const entry = new DataView(bytesAt(pcap, address, size).buffer);
    entries.push(entry);
    address = pointer(entry, 0);
  }
  return entries;
}

function readInterface(pcap: Libpcap, entry: DataView): CaptureInterface {
  const flags = entry.getUint32(32, true);
  return {
    name: textAt(pcap, pointer(entry, 8), MOST_NAME_BYTES),
    description: textAt(pcap, pointer(entry, 16), MOST_NAME_BYTES),
    addresses: linked(pcap, pointer(entry, 24), ADDRESS_SIZE)
      .map((address) => readAddress(pcap, pointer(address, 8)))
      .filter((address) => address !== undefined),
    loopback: (flags & LOOPBACK) !== 0,
    up: (flags & UP) !== 0,
    running: (flags & RUNNING) !== 0,
    wireless: (flags & WIRELESS) !== 0,
  };
}

/** The address in a struct sockaddr, undefined for other families than IP. */
function readAddress(pcap: Libpcap, address: bigint): string | undefined {
  if (address === 0n) return undefined;
  const family = familyOf(bytesAt(pcap, address, 2));
  // netinet/in.h: both start with family and port; IPv6 has the flow label before the address.
  if (family === AF_INET) {
    return formatAddress(bytesAt(pcap, address, SOCKADDR_IN_SIZE).subarray(4, 8));
  }
  if (family === AF_INET6) {
    return formatAddress(bytesAt(pcap, address, SOCKADDR_IN6_SIZE).subarray(8, 24));
  }
  return undefined;
}

/** BSD systems have a byte of length and a byte of family, others two bytes of family. */
function familyOf(start: Uint8Array): number {
  return Deno.build.os === "darwin" ? start[1]! : start[0]! | start[1]! << 8;
}

/** All platforms that Deno runs on are little-endian with 64-bit pointers. */
function pointer(entry: DataView, offset: number): bigint {
  return entry.getBigUint64(offset, true);
}
