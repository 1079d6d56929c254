/** One TCP signature of a p0f v3 file: `ver:ittl:olen:mss:wsize,scale:olayout:quirks:pclass`. */
import { type Layout, parseLayout } from "./layout.ts";
import { parseQuirks } from "./quirks.ts";

/** How the window of a signature is to be read. */
export const WINDOW = {
  any: 0,
  /** The window itself. */
  value: 1,
  /** A multiple of the number. */
  modulo: 2,
  /** The number times the maximum segment size. */
  mss: 3,
  /** The number times the MTU. */
  mtu: 4,
} as const;

/** What stands for `*` in a numeric field. */
export const ANY = -1;

/** A signature, in numbers. */
export interface TcpSignature {
  /** As it stands in the file. */
  readonly text: string;
  /** 4, 6 or {@linkcode ANY}. */
  readonly version: number;
  /** Time to live at the sender. */
  readonly ttl: number;
  /** `n-`: `ttl` is the highest of many that the sender draws from. */
  readonly ttlVaries: boolean;
  /** Bytes of IPv4 options or IPv6 extension headers. */
  readonly ipOptionLength: number;
  /** 0 for none, or {@linkcode ANY}. */
  readonly mss: number;
  /** One of {@linkcode WINDOW}. */
  readonly windowKind: number;
  readonly window: number;
  /** 0 for none, or {@linkcode ANY}. */
  readonly scale: number;
  readonly layout: Layout;
  /** Bits of QUIRK. */
  readonly quirks: number;
  /** 0 for none, 1 for some, or {@linkcode ANY}. */
  readonly payload: number;
}

const FIELDS = 8;

/** A signature, or what is wrong with it. */
export function parseSignature(text: string): TcpSignature | string {
  const fields = text.split(":");
  if (fields.length !== FIELDS) {
    return `a TCP signature has ${FIELDS} fields, not ${fields.length}`;
  }
  const [ver, ittl, olen, mssText, windowText, olayout, quirkText, pclass] = fields as string[];
  const version = ver === "*" ? ANY : ver === "4" ? 4 : ver === "6" ? 6 : undefined;
  if (version === undefined) return `the IP version is 4, 6 or *, not '${ver}'`;
  const ttl = parseTtl(ittl!);
  if (ttl === undefined) return `'${ittl}' is no initial TTL`;
  const ipOptionLength = number(olen!, 0, 255);
  if (ipOptionLength === undefined) return `'${olen}' is no length of IP options`;
  const mss = numberOrAny(mssText!, 65535);
  if (mss === undefined) return `'${mssText}' is no MSS`;
  const window = parseWindow(windowText!);
  if (window === undefined) return `'${windowText}' is no window and scale`;
  const layout = parseLayout(olayout!);
  if (layout === undefined) return `'${olayout}' is no option layout`;
  const quirks = parseQuirks(quirkText!);
  if (quirks === undefined) return `'${quirkText}' is no list of quirks`;
  const payload = ["0", "+"].indexOf(pclass!);
  if (payload < 0 && pclass !== "*") return `the payload class is 0, + or *, not '${pclass}'`;
  return { text, version, ...ttl, ipOptionLength, mss, ...window, layout, quirks, payload };
}

/** `64`, `54+10` (as observed: TTL and distance), `59-`. */
function parseTtl(text: string): Pick<TcpSignature, "ttl" | "ttlVaries"> | undefined {
  const parts = /^([0-9]{1,3})(?:(-)|\+([0-9]{1,3}))?$/.exec(text);
  if (parts === null) return undefined;
  const ttl = Number(parts[1]) + Number(parts[3] ?? 0);
  return ttl < 1 || ttl > 255 ? undefined : { ttl, ttlVaries: parts[2] !== undefined };
}

/** `mss*44,7`, `65535,*`, `%8192,0`, `*,*`. */
function parseWindow(
  text: string,
): Pick<TcpSignature, "windowKind" | "window" | "scale"> | undefined {
  const parts = /^(?:(\*)|(%|mss\*|mtu\*|)([0-9]{1,5})),(\*|[0-9]{1,3})$/.exec(text);
  if (parts === null) return undefined;
  const scale = numberOrAny(parts[4]!, 255);
  if (scale === undefined) return undefined;
  if (parts[1] !== undefined) return { windowKind: WINDOW.any, window: 0, scale };
  const [windowKind, least, most] = WINDOW_FORMS[parts[2]!]!;
  const window = number(parts[3]!, least, most);
  return window === undefined ? undefined : { windowKind, window, scale };
}

/** Kind, least and largest number of each way to write a window (p0f's limits). */
const WINDOW_FORMS: Readonly<Record<string, readonly [number, number, number]>> = {
  "": [WINDOW.value, 0, 65535],
  "%": [WINDOW.modulo, 2, 65535],
  "mss*": [WINDOW.mss, 1, 1000],
  "mtu*": [WINDOW.mtu, 1, 1000],
};

function numberOrAny(text: string, most: number): number | undefined {
  return text === "*" ? ANY : number(text, 0, most);
}

function number(text: string, least: number, most: number): number | undefined {
  if (!/^[0-9]{1,5}$/.test(text)) return undefined;
  const value = Number(text);
  return value < least || value > most ? undefined : value;
}
