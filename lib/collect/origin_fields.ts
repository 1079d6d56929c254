/** What is known of an origin, beside what its lines say of themselves. */
import type { QuickLine } from "./quick_line.ts";
import { isEqual } from "./byte_scan.ts";
import { quotedText } from "./line_json.ts";
import type { Origin } from "./source.ts";
import { type Words, wordsOf } from "./word_copy.ts";

const NIL = 0x2d;

const encoder = new TextEncoder();

const NOTHING = wordsOf("");

/** Names of the fields that say whose line it is, where the line says otherwise. */
export const ORIGIN_DECKY = "origin_decky";
export const ORIGIN_SERVICE = "origin_service";

const NAMES = [ORIGIN_DECKY, ORIGIN_SERVICE].map((name) => encoder.encode(name));

/** An origin, for lines that are read as bytes. */
export class OriginFields {
  readonly #decky: Uint8Array | undefined;
  readonly #service: Uint8Array | undefined;
  /** Fields of a line of another decoy, and of one of another service only. */
  readonly #ofBoth: Words;
  readonly #ofService: Words;

  constructor({ decky, service }: Origin) {
    this.#decky = decky === undefined ? undefined : encoder.encode(decky);
    this.#service = service === undefined ? undefined : encoder.encode(service);
    const ofService = fieldOf(ORIGIN_SERVICE, service);
    this.#ofService = wordsOf(ofService);
    this.#ofBoth = wordsOf(fieldOf(ORIGIN_DECKY, decky) + ofService);
  }

  /** The fields, each with a comma behind it; undefined for a line that is for the other reader. */
  of(line: QuickLine, bytes: Uint8Array): Words | undefined {
    const [decky, service] = [this.#decky, this.#service];
    if (decky === undefined && service === undefined) return NOTHING;
    const { deckyStart, deckyEnd, serviceStart, serviceEnd } = line;
    // What the line leaves open is the origin's.
    if (decky !== undefined && isNil(bytes, deckyStart, deckyEnd)) return undefined;
    if (service !== undefined && isNil(bytes, serviceStart, serviceEnd)) return undefined;
    const isDecky = decky === undefined || isEqual(bytes, deckyStart, deckyEnd, decky);
    const isService = service === undefined || isEqual(bytes, serviceStart, serviceEnd, service);
    if (isDecky && isService) return NOTHING;
    if (hasOne(line, bytes)) return undefined;
    return isDecky ? this.#ofService : this.#ofBoth;
  }
}

function fieldOf(name: string, value: string | undefined): string {
  return value === undefined ? "" : `"${name}":${quotedText(value)},`;
}

function isNil(bytes: Uint8Array, start: number, end: number): boolean {
  return end === start + 1 && bytes[start] === NIL;
}

/** True when the line has such a field itself, which is another's then. */
function hasOne({ count, nameStarts, nameEnds }: QuickLine, bytes: Uint8Array): boolean {
  for (let index = 0; index < count; index++) {
    for (const name of NAMES) {
      if (isEqual(bytes, nameStarts[index]!, nameEnds[index]!, name)) return true;
    }
  }
  return false;
}
