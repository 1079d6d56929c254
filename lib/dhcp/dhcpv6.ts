/** Reads DHCP messages over IPv6 (RFC 8415). */
import { ByteReader, concatBytes } from "../bytes.ts";
import { latin1 } from "../text/latin1.ts";

/** What a DHCPv6 message, and the messages that it relays, say about who sent it. */
export interface Dhcpv6Message {
  /** 1 solicit, 2 advertise, 3 request, ...; then those of relayed messages, from the outside in. */
  readonly types: readonly number[];
  /** Codes of all options, in the order of the message, each before those that it contains. */
  readonly options: readonly number[];
  /** DUID of the client (option 1). */
  readonly clientId: Uint8Array | undefined;
  /** Asks for a temporary address (option 4). */
  readonly wantsTemporaryAddress: boolean;
  /** Option 6: the options that the client asks for, in its order. */
  readonly requestedOptions: readonly number[];
  /**
   * Name in option 39, its labels joined by dots, as Latin-1. A name in full has a dot at its end;
   * undefined when there is none.
   */
  readonly fqdn: string | undefined;
  /** Option 16, without the enterprise number, as Latin-1. */
  readonly vendorClass: string | undefined;
}

const OPTION = {
  clientId: 1,
  temporaryAddress: 4,
  requestedOptions: 6,
  relayMessage: 9,
  vendorClass: 16,
  fqdn: 39,
} as const;

/** Options that contain options, and how much of them comes first. */
const CONTAINERS: ReadonlyMap<number, number> = new Map([
  [3, 12], // IA_NA, RFC 8415 21.4
  [OPTION.temporaryAddress, 4], // IA_TA, 21.5
  [5, 24], // IA Address, 21.6
  [25, 12], // IA_PD, 21.21
  [26, 25], // IA Prefix, 21.22
  [44, 17], // LQ_QUERY, RFC 5007 4.1.2.1
  [45, 0], // CLIENT_DATA, RFC 5007 4.1.2.2
  [94, 0], // S46_CONT_MAPE, RFC 7598 5.1
  [95, 0], // S46_CONT_MAPT, 5.2
  [96, 0], // S46_CONT_LW, 5.3
]);

/** RELAY-FORW and RELAY-REPL (RFC 8415 9). */
const RELAY_TYPES: ReadonlySet<number> = new Set([12, 13]);

/** Type and transaction (RFC 8415 8), or type, hop count and two addresses (9). */
const HEADER_LENGTH = 4;
const RELAY_HEADER_LENGTH = 34;

/** A message may be relayed 8 times (HOP_COUNT_LIMIT, RFC 8415 7.6), and holds three levels. */
const MAX_DEPTH = 16;

/** The message under construction. */
interface Draft {
  types: number[];
  options: number[];
  clientId: Uint8Array | undefined;
  wantsTemporaryAddress: boolean;
  requestedOptions: number[];
  fqdn: string | undefined;
  vendorClass: string | undefined;
}

/** Reads a UDP payload; undefined when it is too short to be a DHCPv6 message. */
export function parseDhcpv6(bytes: Uint8Array): Dhcpv6Message | undefined {
  const draft: Draft = {
    types: [],
    options: [],
    clientId: undefined,
    wantsTemporaryAddress: false,
    requestedOptions: [],
    fqdn: undefined,
    vendorClass: undefined,
  };
  return readMessage(bytes, draft, 0) ? draft : undefined;
}

function readMessage(bytes: Uint8Array, draft: Draft, depth: number): boolean {
  const type = bytes[0];
  if (type === undefined) return false;
  const header = RELAY_TYPES.has(type) ? RELAY_HEADER_LENGTH : HEADER_LENGTH;
  if (bytes.length < header) return false;
  draft.types.push(type);
  readOptions(bytes.subarray(header), draft, depth);
  return true;
}

/** Adds the options in `bytes`, up to the first that is cut short. */
function readOptions(bytes: Uint8Array, draft: Draft, depth: number): void {
  if (depth > MAX_DEPTH) return;
  const reader = new ByteReader(bytes);
  while (reader.remaining > 0) {
    const code = reader.u16();
    const data = reader.vector(2);
    if (reader.failed) return;
    draft.options.push(code);
    readOption(code, data, draft);
    const contentStart = CONTAINERS.get(code);
    if (code === OPTION.relayMessage) readMessage(data, draft, depth + 1);
    else if (contentStart !== undefined) readOptions(data.subarray(contentStart), draft, depth + 1);
  }
}

function readOption(code: number, data: Uint8Array, draft: Draft): void {
  const reader = new ByteReader(data);
  if (code === OPTION.clientId) {
    draft.clientId ??= concatBytes(data);
  } else if (code === OPTION.temporaryAddress) {
    draft.wantsTemporaryAddress ||= data.length >= 4;
  } else if (code === OPTION.requestedOptions) {
    while (reader.remaining >= 2) draft.requestedOptions.push(reader.u16());
  } else if (code === OPTION.fqdn) {
    draft.fqdn ??= domainName(data.subarray(1));
  } else if (code === OPTION.vendorClass) {
    reader.u32(); // Enterprise number.
    const first = reader.vector(2);
    if (!reader.failed) draft.vendorClass ??= latin1(first);
  }
}

/** A name in the form of DNS (RFC 1035 3.1), perhaps without its end (RFC 4704 4.2). */
function domainName(bytes: Uint8Array): string | undefined {
  const reader = new ByteReader(bytes);
  let name = "";
  while (reader.remaining > 0) {
    const label = reader.vector(1);
    if (reader.failed) return undefined;
    if (label.length === 0) return name === "" ? undefined : name;
    name += latin1(label) + ".";
  }
  return name === "" ? undefined : name.slice(0, -1);
}
