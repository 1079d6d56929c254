/** The banner probe: what a server says by itself, and what it says to a line that means little. */
import { concatBytes, toHex } from "../bytes.ts";
import type { Fields } from "../event/event.ts";
import { sha256Hex } from "../hash.ts";
import { hostPort } from "../net/host_port.ts";
import { latin1, latin1Bytes } from "../text/latin1.ts";
import { isWholeGreeting } from "./banner_end.ts";
import { type Greeting, readGreeting } from "./banner_service.ts";
import { PatientReader } from "./patient_reader.ts";
import type { Probe, ProbeContext, ProbeResult } from "./probe.ts";
import { targetFields } from "./target_fields.ts";

/** Milliseconds of silence. */
export interface BannerPatience {
  /** Before a server is taken for one that does not speak first. Some ask DNS for us first. */
  readonly first: number;
  /** For its answer to the nudge. */
  readonly answer: number;
  /** After which a greeting without a recognisable end is over. */
  readonly next: number;
}

const PATIENCE: BannerPatience = { first: 2000, answer: 2000, next: 1000 };

/** Redis answers it; others that read lines complain and show themselves by that. It does nothing. */
const NUDGE = "PING\r\n";

/** Bytes of a greeting that are read, that the event tells in hexadecimal, and as text. */
const MAX_GREETING = 4096;
const MAX_HEX = 256;
const MAX_TEXT = 512;

/** Bytes that arrived. */
interface Heard {
  readonly bytes: Uint8Array;
  readonly closed: boolean;
}

/** The probe with the given patience. */
export function bannerProbe(patience: BannerPatience): Probe {
  return {
    name: "banner",
    brief: "first words of a server, with its service and version",
    language: "greeting",
    sends: "1 connection with nothing, or with one line where nothing comes",
    ports: [21, 22, 23, 25, 110, 143, 587, 2323, 3306, 5900, 6379],
    priority: 400,
    run: (context) => listen(context, patience),
  };
}

/** Fingerprints a server by its greeting. */
export const banner: Probe = bannerProbe(PATIENCE);

async function listen(context: ProbeContext, patience: BannerPatience): Promise<ProbeResult> {
  const connection = await context.connect();
  try {
    const incoming = new PatientReader(connection);
    // Half of the time is kept for what comes after it.
    const wait = (milliseconds: number) => Math.min(milliseconds, context.remaining() / 2);
    let heard = await hear(incoming, wait(patience.first), patience.next);
    const nudged = heard.bytes.length === 0 && !heard.closed;
    if (nudged) {
      await connection.write(latin1Bytes(NUDGE));
      heard = await hear(incoming, wait(patience.answer), patience.next);
    }
    if (heard.bytes.length > 0) return toResult(context, heard.bytes, nudged);
    if (heard.closed) return { outcome: "closed", detail: "hung up without a word" };
    return { outcome: "silent", detail: "said nothing, to a line neither" };
  } finally {
    connection.close();
  }
}

/** What the server says until its greeting is whole, or it falls silent or closes. */
async function hear(incoming: PatientReader, first: number, next: number): Promise<Heard> {
  let bytes: Uint8Array = new Uint8Array(0);
  let patience = first;
  while (bytes.length < MAX_GREETING && !isWholeGreeting(bytes)) {
    const arrived = await incoming.read(patience);
    if (arrived === "silent") break;
    if (arrived === undefined) return { bytes, closed: true };
    bytes = concatBytes(bytes, arrived.subarray(0, MAX_GREETING - bytes.length));
    patience = next;
  }
  return { bytes, closed: false };
}

function toResult(context: ProbeContext, bytes: Uint8Array, nudged: boolean): ProbeResult {
  const greeting = readGreeting({ bytes, port: context.port, nudged });
  const { service, form, product, version, turnedAway } = greeting;
  if (turnedAway !== undefined) {
    return { outcome: "handshake_error", detail: `${service}: ${turnedAway.slice(0, 120)}` };
  }
  const hash = sha256Hex(latin1Bytes(`${service}\n${form}`)).slice(0, 32);
  const text = (greeting.text ?? latin1(bytes)).slice(0, MAX_TEXT);
  const what = [service, product, version].filter((part) => part !== undefined).join(" ");
  return {
    outcome: "ok",
    eventType: "banner_fingerprint",
    hash,
    fields: {
      ...targetFields(context),
      banner_hash: hash,
      service_guess: service,
      ...greetingFields(greeting),
      ...(text === "" ? {} : { banner: text }),
      banner_bytes: toHex(bytes.subarray(0, MAX_HEX)),
      ...(nudged ? { nudged } : {}),
    },
    msg: `Banner ${hostPort(context.target.address, context.port)} ${what} = ${hash}`,
    lines: [["banner", hash], ["service", what], ...(text === "" ? [] : [["says", text] as const])],
  };
}

function greetingFields(greeting: Greeting): Fields {
  const { product, version, telnetOptions, authPlugin } = greeting;
  return {
    ...(product === undefined ? {} : { product }),
    ...(version === undefined ? {} : { version }),
    ...(telnetOptions === undefined ? {} : { telnet_options: telnetOptions }),
    ...(authPlugin === undefined ? {} : { mysql_auth_plugin: authPlugin }),
  };
}
