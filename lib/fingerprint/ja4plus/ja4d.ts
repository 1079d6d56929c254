/**
 * JA4D and JA4D6: a DHCP client or server by the form of one of its messages.
 *
 * JA4D and JA4D6 are methods of FoxIO, LLC, patent pending, under the FoxIO License 1.1: see
 * NOTICE. This implementation was written from the published description.
 */
import type { Dhcpv4Message } from "../../dhcp/dhcpv4.ts";
import type { Dhcpv6Message } from "../../dhcp/dhcpv6.ts";

/** Codes of DHCP message types, from type 1 on (RFC 2132 9.6 and later). */
const DHCPV4_TYPES = [
  ["disco", "offer", "reqst", "decln", "dpack", "dpnak", "relse", "infor", "frenw", "lqery"],
  ["lunas", "lunkn", "lactv", "blklq", "lqdon", "actlq", "lqsta", "dhtls"],
].flat();

/** Codes of DHCPv6 message types, from type 1 on (RFC 8415 7.3 and later). */
const DHCPV6_TYPES = [
  ["solct", "advrt", "reqst", "confm", "renew", "rebnd", "reply", "relse", "decln", "recon"],
  ["inreq", "rlayf", "rlayr", "query", "qrply", "qdone", "qdata", "rereq", "rrply", "v4qry"],
  ["v4res", "acqry", "sttls", "bdudp", "brply", "poreq", "pores", "urqst", "ureqa", "udone"],
  ["conne", "connr", "dconn", "state", "conta", "arinf", "arrep"],
].flat();

/** Options that the first part tells of already; end and padding are no options. */
const OMITTED_OPTIONS: ReadonlySet<number> = new Set([50, 53, 81]);

/** A name of one label and its end: Windows sends these, and they name no domain. */
const SINGLE_LABEL = /^[^.]*\.$/;

const LARGEST_SIZE = 9999;

/** JA4D of a DHCP message over IPv4. */
export function ja4d(message: Dhcpv4Message): string {
  return compose({
    type: typeCode(message.type, DHCPV4_TYPES),
    size: message.maxMessageSize ?? 0,
    address: message.requestedAddress !== undefined,
    domain: message.hasFqdn,
    options: message.options.map(({ code }) => code).filter((code) => !OMITTED_OPTIONS.has(code)),
    requested: [...message.parameters],
  });
}

/**
 * JA4D6 of a DHCP message over IPv6. A relayed message adds its type to the first part, as the
 * method's own implementation has it.
 */
export function ja4d6(message: Dhcpv6Message): string {
  return compose({
    type: message.types.map((type) => typeCode(type, DHCPV6_TYPES)).join(""),
    size: message.clientId?.length ?? 0,
    address: message.wantsTemporaryAddress,
    domain: message.fqdn !== undefined && !SINGLE_LABEL.test(message.fqdn),
    options: message.options,
    requested: message.requestedOptions,
  });
}

/** The parts of either form. */
interface Parts {
  readonly type: string;
  /** Largest message size, or length of the client's DUID. */
  readonly size: number;
  readonly address: boolean;
  readonly domain: boolean;
  readonly options: readonly number[];
  readonly requested: readonly number[];
}

function compose({ type, size, address, domain, options, requested }: Parts): string {
  const digits = String(Math.min(size, LARGEST_SIZE)).padStart(4, "0");
  const flags = (address ? "i" : "n") + (domain ? "d" : "n");
  return [type + digits + flags, list(options), list(requested)].join("_");
}

/** Five characters for a message type. */
function typeCode(type: number, codes: readonly string[]): string {
  return codes[type - 1] ?? String(type).padStart(5, "0");
}

function list(numbers: readonly number[]): string {
  return numbers.length === 0 ? "00" : numbers.join("-");
}
