/** The lines that open an SSH connection (RFC 4253 4.2). */
import { latin1 } from "../text/latin1.ts";

/** The identification string of one side, without its line end. */
export interface Identification {
  /** As sent, e.g. `SSH-2.0-OpenSSH_9.2p1 Debian-2`; bytes above 0x7f as Latin-1. */
  readonly banner: string;
  /** `2.0`, `1.99` (speaks both) or an older version of the protocol. */
  readonly protocol: string;
  /** Lines of text that came before it; a server may send some. */
  readonly preamble: readonly string[];
  /** Bytes consumed, line end included: the binary packets start there. */
  readonly length: number;
}

/**
 * What `bytes` open with: an identification; `incomplete` while it may still come; `not_ssh` when
 * it cannot any more.
 */
export type IdentificationResult = Identification | "incomplete" | "not_ssh";

/** RFC 4253 allows 255 bytes; some embedded servers send more. */
const MAX_LINE = 1024;

/** All lines before the identification together. Long legal notices fit. */
const MAX_PREAMBLE = 32 * 1024;

/** What every identification begins with. */
const PREFIX = "SSH-";

const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const ESC = 0x1b;
const SPACE = 0x20;

/** Reads the opening of an SSH stream as far as it has arrived. */
export function parseIdentification(bytes: Uint8Array): IdentificationResult {
  const preamble: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(LF, start);
    const end = newline < 0 ? bytes.length : newline;
    if (isIdentification(bytes.subarray(start, end))) {
      if (end - start > MAX_LINE) return "not_ssh";
      return newline < 0 ? "incomplete" : identification(bytes, start, end, preamble);
    }
    if (end > MAX_PREAMBLE || isBinary(bytes.subarray(start, end))) return "not_ssh";
    if (newline < 0) return "incomplete";
    preamble.push(bytes.subarray(start, end));
    start = newline + 1;
  }
  return "incomplete";
}

/** True when the last line of `bytes` may be the start of an identification that has not ended. */
export function isIdentificationBegun(bytes: Uint8Array): boolean {
  const line = latin1(bytes.subarray(bytes.lastIndexOf(LF) + 1).subarray(0, PREFIX.length));
  return line !== "" && PREFIX.startsWith(line);
}

function identification(
  bytes: Uint8Array,
  start: number,
  end: number,
  preamble: readonly Uint8Array[],
): Identification {
  const banner = lineText(bytes.subarray(start, end));
  const protocol = banner.slice(4, banner.indexOf("-", 4) < 0 ? undefined : banner.indexOf("-", 4));
  return { banner, protocol, preamble: preamble.map(lineText), length: end + 1 };
}

/** True when `line` starts with `SSH-`. */
export function isIdentification(line: Uint8Array): boolean {
  return line[0] === 0x53 && line[1] === 0x53 && line[2] === 0x48 && line[3] === 0x2d; // "SSH-"
}

/** Text lines have no control characters but colours; the answers of binary protocols have some. */
function isBinary(line: Uint8Array): boolean {
  // A loop: a server that sends its notice byte by byte makes this run once a byte.
  for (let index = 0; index < line.length; index++) {
    const byte = line[index]!;
    if (byte < SPACE && byte !== TAB && byte !== CR && byte !== ESC) return true;
  }
  return false;
}

function lineText(line: Uint8Array): string {
  return latin1(line.at(-1) === CR ? line.subarray(0, -1) : line);
}
