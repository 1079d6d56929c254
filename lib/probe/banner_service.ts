/** Which service a greeting is of, as far as its first words tell. */
import { parseIdentification } from "../ssh/identification.ts";
import { latin1 } from "../text/latin1.ts";
import { maskVolatile } from "./banner_mask.ts";
import { parseMysqlGreeting } from "./banner_mysql.ts";
import { type Product, productOf, splitVersion } from "./banner_product.ts";
import { parseTelnet } from "./banner_telnet.ts";
import { opensTls } from "./http_tls.ts";

/** What a greeting tells. */
export interface Greeting extends Product {
  /** `ssh`, `ftp`, ...; `unknown` for none of those that are known. */
  readonly service: string;
  /** What two visits to an unchanged server have in common. */
  readonly form: string;
  /** Why the server would not serve at that moment, in its words; its form is that of no greeting. */
  readonly turnedAway?: string;
  /** What is meant for people; undefined where that is all of it. */
  readonly text?: string;
  /** Options of Telnet. */
  readonly telnetOptions?: readonly string[];
  /** Authentication plugin of MySQL. */
  readonly authPlugin?: string;
}

/** A greeting that arrived. */
export interface HeardGreeting {
  readonly bytes: Uint8Array;
  readonly port: number;
  /** True when it is the answer to our nudge, of a server that does not speak first. */
  readonly nudged: boolean;
}

/** Characters of a line that are looked at. */
const MAX_LINE = 512;

/** Reads a greeting that is not empty. */
export function readGreeting(heard: HeardGreeting): Greeting {
  return readSsh(heard) ?? readMysql(heard) ?? readTelnet(heard) ?? readBinary(heard) ??
    readLine(heard);
}

function readSsh({ bytes }: HeardGreeting): Greeting | undefined {
  const identification = parseIdentification(bytes);
  if (typeof identification !== "object") return undefined;
  // What follows a space is a comment (RFC 4253 4.2); tinyssh has a random word there.
  const software = identification.banner.split(" ", 1)[0]!;
  const name = software.replace(/^SSH-[^-]*-/, "");
  return { service: "ssh", form: software, ...splitVersion(name) };
}

/** Errors that pass: too many connections, blocked by too many errors, too many of one user. */
const MYSQL_PASSING: ReadonlySet<number> = new Set([1040, 1129, 1203]);

function readMysql({ bytes }: HeardGreeting): Greeting | undefined {
  const greeting = parseMysqlGreeting(bytes);
  if (greeting === undefined) return undefined;
  if (greeting.kind === "error") {
    const { code, message } = greeting;
    const turnedAway = MYSQL_PASSING.has(code) ? { turnedAway: message.slice(0, MAX_LINE) } : {};
    return { service: "mysql", form: `error ${code}`, ...turnedAway };
  }
  const { version, authPlugin } = greeting;
  return {
    service: "mysql",
    form: [version, authPlugin ?? ""].join("\n"),
    product: /mariadb/i.test(version) ? "MariaDB" : "MySQL",
    // MariaDB 10 has this in front of its version, for clients that know no 10.
    version: version.replace(/^5\.5\.5-(?=\d+\.)/, ""),
    ...(authPlugin === undefined ? {} : { authPlugin }),
  };
}

function readTelnet({ bytes }: HeardGreeting): Greeting | undefined {
  const telnet = parseTelnet(bytes);
  if (telnet === undefined) return undefined;
  const { options, text } = telnet;
  // The text is the login prompt, which comes when it comes.
  return {
    service: "telnet",
    form: options.join(","),
    text: latin1(text),
    telnetOptions: options,
  };
}

/** Binary protocols that are known by their first bytes. */
const BINARY: readonly (readonly [service: string, RegExp])[] = [
  ["amqp", /^AMQP/],
  // deno-lint-ignore no-control-regex -- the type of the message
  ["openwire", /^.{4}\x01ActiveMQ/s],
];

function readBinary({ bytes }: HeardGreeting): Greeting | undefined {
  if (opensTls(bytes) && bytes.length > 1) return { service: "tls", form: "" };
  const text = latin1(bytes, 0, MAX_LINE);
  const service = BINARY.find(([, pattern]) => pattern.test(text))?.[0];
  if (service === undefined && !isBinary(text)) return undefined;
  // The bytes may be a challenge, another one each time: that they are there is all that stays.
  return { service: service ?? "unknown", form: "binary" };
}

/** Control characters that text has no use for; a terminal's are let pass. */
function isBinary(text: string): boolean {
  // deno-lint-ignore no-control-regex -- it is them that it looks for
  return /[\x00-\x06\x0e-\x1a\x1c-\x1f]/.test(text);
}

/** Services by their first line. The first that fits counts. */
const LINES: readonly (readonly [service: string, RegExp])[] = [
  ["vnc", /^RFB \d{3}\.\d{3}$/],
  ["http", /^HTTP\/\d/],
  ["rtsp", /^RTSP\/\d/],
  ["sip", /^SIP\/\d/],
  ["rsync", /^@RSYNCD: /],
  ["imap", /^\* (?:OK|PREAUTH|BYE)\b/],
  ["irc", /^(?::\S+ )?(?:NOTICE|ERROR) |^:\S+ (?:001|020|451) /],
  ["nntp", /^20[01] .*(?:\bnntp\b|\bnews\b|\binn\b|InterNetNews)/i],
  ["smtp", /^[2-5]\d\d[ -].*(?:\be?smtp\b|postfix|exim|sendmail|\bmail\b)/i],
  ["ftp", /^[2-5]\d\d[ -].*(?:ftp|filezilla)/i],
  ["asterisk", /^Asterisk Call Manager\b/],
  ["shell", /^Microsoft Windows \[|^(?:ba)?sh-[\d.]+[#$] |^[\w.-]+@[\w.-]+:\S*[#$] |^[#$] ?$/],
  ["ssh", /^Exceeded MaxStartups$|^Not allowed at this time$/],
];

/** Services by the first line of what they say to a nudge. */
const NUDGED_LINES: readonly (readonly [service: string, RegExp])[] = [
  ["redis", /^\+PONG$|^-(?:ERR|NOAUTH|DENIED|LOADING|MASTERDOWN)\b/],
  ["memcached", /^ERROR$/],
];

/** Services that greet with +OK or a number and need not say more. */
const BY_PORT: Readonly<Record<number, string>> = {
  21: "ftp",
  25: "smtp",
  587: "smtp",
  2121: "ftp",
  2525: "smtp",
};

/** What servers say when they have no room, or are about to go; on another day they greet. */
const TURNED_AWAY =
  /^4\d\d[ -]|^\* BYE\b|^-ERR max number|^-LOADING|too many (?:connections|users|clients|sessions)|^Exceeded MaxStartups|^Not allowed at this time/i;

function readLine({ bytes, port, nudged }: HeardGreeting): Greeting {
  const lines = latin1(bytes).split(/\r?\n|\r/).map((line) => line.slice(0, MAX_LINE));
  const line = lines.find((text) => text.trim() !== "") ?? "";
  const service = asksToLogIn(lines) ? "telnet" : lineService(line, port, nudged);
  const turnedAway = service !== "http" && TURNED_AWAY.test(line) ? { turnedAway: line } : {};
  return {
    service,
    form: lineForm(service, line, lines),
    ...productOf(service, line, lines),
    ...turnedAway,
  };
}

/** True for text that ends in the question for a name: what is behind the options of Telnet. */
function asksToLogIn(lines: readonly string[]): boolean {
  return /(?:login|user ?name): ?$/i.test(lines.at(-1) ?? "");
}

function lineService(line: string, port: number, nudged: boolean): string {
  const table = nudged ? [...NUDGED_LINES, ...LINES] : LINES;
  const known = table.find(([, pattern]) => pattern.test(line));
  if (known !== undefined) return known[0];
  if (/^(?:\+OK|-ERR)\b/.test(line)) return "pop3";
  if (/^[2-5]\d\d[ -]/.test(line)) return BY_PORT[port] ?? "unknown";
  return "unknown";
}

function lineForm(service: string, line: string, lines: readonly string[]): string {
  if (service !== "http") return maskVolatile(line);
  const server = lines.find((text) => /^server:/i.test(text)) ?? "";
  return [line, server].map(maskVolatile).join("\n");
}
