/** The options that a Telnet server opens with (RFC 854 and 855). */

/** What a server sent. */
export interface TelnetGreeting {
  /** `do terminal-type`, `will echo`, in order. */
  readonly options: readonly string[];
  /** What is no command. */
  readonly text: Uint8Array;
}

/** Interpret as command. */
const IAC = 255;

const SUBNEGOTIATION = 250;
const SUBNEGOTIATION_END = 240;

const VERBS: Readonly<Record<number, string>> = {
  251: "will",
  252: "wont",
  253: "do",
  254: "dont",
};

/** Options that servers negotiate (IANA, Telnet Options); others are told by their number. */
const OPTIONS: Readonly<Record<number, string>> = {
  0: "binary",
  1: "echo",
  3: "suppress-go-ahead",
  5: "status",
  6: "timing-mark",
  24: "terminal-type",
  25: "end-of-record",
  31: "window-size",
  32: "terminal-speed",
  33: "remote-flow-control",
  34: "linemode",
  35: "x-display-location",
  36: "environment",
  37: "authentication",
  38: "encryption",
  39: "new-environment",
  44: "com-port",
};

/** Options that are listed; a server has reason for a dozen. */
const MAX_OPTIONS = 64;

/** Takes commands and text apart; undefined when `bytes` do not open with a command. */
export function parseTelnet(bytes: Uint8Array): TelnetGreeting | undefined {
  const [first, command = 0] = bytes;
  if (first !== IAC || command < SUBNEGOTIATION_END || command === IAC) return undefined;
  const options: string[] = [];
  const text: number[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== IAC) {
      text.push(bytes[at]!);
      at++;
      continue;
    }
    const command = bytes[at + 1];
    const verb = VERBS[command ?? 0];
    if (command === IAC) text.push(IAC);
    if (verb === undefined) {
      at = command === SUBNEGOTIATION ? subnegotiationEnd(bytes, at) : at + 2;
      continue;
    }
    const option = bytes[at + 2];
    if (option !== undefined && options.length < MAX_OPTIONS) {
      options.push(`${verb} ${OPTIONS[option] ?? option}`);
    }
    at += 3;
  }
  return { options, text: Uint8Array.from(text) };
}

function subnegotiationEnd(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(IAC, start + 2); at >= 0; at = bytes.indexOf(IAC, at + 2)) {
    if (bytes[at + 1] === SUBNEGOTIATION_END) return at + 2;
  }
  return bytes.length;
}
