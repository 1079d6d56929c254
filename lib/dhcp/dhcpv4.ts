/** Reads DHCP messages over IPv4 (RFC 2131, RFC 2132). */
import { ByteReader, concatBytes, equalBytes, fromHex } from "../bytes.ts";
import { latin1 } from "../text/latin1.ts";

/** One option, in the order of the message. */
export interface DhcpOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** What a DHCP message says about who sent it. */
export interface Dhcpv4Message {
  /** 1 from clients, 2 from servers. */
  readonly operation: number;
  /** Option 53: 1 discover, 2 offer, 3 request, 5 ack, ... */
  readonly type: number;
  readonly transaction: number;
  /** Link-layer address of the client, at most 16 bytes. */
  readonly clientHardware: Uint8Array;
  /** Without padding and end. An option that is cut short is the last and has no data. */
  readonly options: readonly DhcpOption[];
  /** Option 57, in bytes. */
  readonly maxMessageSize: number | undefined;
  /** Option 50, four bytes. */
  readonly requestedAddress: Uint8Array | undefined;
  /** Option 55: the options that the client asks for, in its order. */
  readonly parameters: Uint8Array;
  /** Option 12, as Latin-1. */
  readonly hostName: string | undefined;
  /** Option 60, as Latin-1. */
  readonly vendorClass: string | undefined;
  /** Option 81 brings a name, however encoded (RFC 4702). */
  readonly hasFqdn: boolean;
}

/** Numbers of options that are read here. */
const OPTION = {
  pad: 0,
  hostName: 12,
  requestedAddress: 50,
  overload: 52,
  messageType: 53,
  parameters: 55,
  maxMessageSize: 57,
  vendorClass: 60,
  fqdn: 81,
  end: 255,
} as const;

/** Begins the options (RFC 2131 3). */
const MAGIC_COOKIE = fromHex("63825363");

/** Where the fixed fields lie (RFC 2131 2). */
const TRANSACTION_OFFSET = 4;
const CLIENT_HARDWARE_OFFSET = 28;
const CLIENT_HARDWARE_LENGTH = 16;
const SERVER_NAME_OFFSET = 44;
const FILE_OFFSET = 108;
const COOKIE_OFFSET = 236;
const OPTIONS_OFFSET = 240;

/** Bits of option 52 (RFC 2132 9.3): which fields hold options in place of their own content. */
const OVERLOAD_FILE = 1;
const OVERLOAD_SERVER_NAME = 2;

/** Flags and two result codes that come before the name in option 81 (RFC 4702 2). */
const FQDN_HEADER_LENGTH = 3;

/** Reads a UDP payload; undefined when it is no DHCP message, plain BOOTP included. */
export function parseDhcpv4(bytes: Uint8Array): Dhcpv4Message | undefined {
  if (bytes.length < OPTIONS_OFFSET) return undefined;
  if (!equalBytes(bytes.subarray(COOKIE_OFFSET, OPTIONS_OFFSET), MAGIC_COOKIE)) return undefined;
  const options: DhcpOption[] = [];
  readOptions(bytes, OPTIONS_OFFSET, bytes.length, options, true);
  const data = (code: number) => options.find((option) => option.code === code)?.data;
  const type = data(OPTION.messageType)?.at(0);
  if (type === undefined) return undefined;
  const requestedAddress = data(OPTION.requestedAddress);
  const maxMessageSize = data(OPTION.maxMessageSize);
  const hardwareLength = Math.min(bytes[2]!, CLIENT_HARDWARE_LENGTH);
  return {
    operation: bytes[0]!,
    type,
    transaction: new ByteReader(bytes, TRANSACTION_OFFSET).u32(),
    clientHardware: concatBytes(
      bytes.subarray(CLIENT_HARDWARE_OFFSET, CLIENT_HARDWARE_OFFSET + hardwareLength),
    ),
    options,
    maxMessageSize: maxMessageSize?.length === 2
      ? maxMessageSize[0]! * 256 + maxMessageSize[1]!
      : undefined,
    requestedAddress: requestedAddress?.length === 4 ? requestedAddress : undefined,
    parameters: joined(options, OPTION.parameters),
    hostName: text(data(OPTION.hostName)),
    vendorClass: text(data(OPTION.vendorClass)),
    hasFqdn: joined(options, OPTION.fqdn).length > FQDN_HEADER_LENGTH,
  };
}

/**
 * Adds the options between `start` and `end`. Those in overloaded fields stand where option 52
 * says so, the server name's first: the order of Wireshark.
 */
function readOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  options: DhcpOption[],
  mayOverload: boolean,
): void {
  const reader = new ByteReader(bytes, start, end);
  while (reader.remaining > 0) {
    const code = reader.u8();
    if (code === OPTION.pad) continue;
    if (code === OPTION.end) return;
    const data = concatBytes(reader.vector(1));
    options.push({ code, data });
    if (code !== OPTION.overload || data.length !== 1 || !mayOverload) continue;
    if ((data[0]! & OVERLOAD_SERVER_NAME) !== 0) {
      readOptions(bytes, SERVER_NAME_OFFSET, FILE_OFFSET, options, false);
    }
    if ((data[0]! & OVERLOAD_FILE) !== 0) {
      readOptions(bytes, FILE_OFFSET, COOKIE_OFFSET, options, false);
    }
    mayOverload = false;
  }
}

/** A long option comes in several parts (RFC 3396). */
function joined(options: readonly DhcpOption[], code: number): Uint8Array {
  return Uint8Array.from(
    options.filter((option) => option.code === code).flatMap(({ data }) => [...data]),
  );
}

/** Text of an option, without the NUL that some clients end it with; undefined for none. */
function text(data: Uint8Array | undefined): string | undefined {
  return data === undefined ? undefined : latin1(data).replace(/\0+$/, "");
}
