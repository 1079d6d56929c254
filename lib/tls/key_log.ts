/** Secrets that an end of TLS connections wrote down, as `SSLKEYLOGFILE` (draft-ietf-tls-keylogfile). */
import { fromHex, toHex } from "../bytes.ts";

/** What is known of one connection, as far as it is of use here. */
export interface TlsSecrets {
  /** The master secret, up to TLS 1.2. */
  readonly master?: Uint8Array;
  /** The traffic secrets of TLS 1.3 (RFC 8446 7.1). */
  readonly clientHandshake?: Uint8Array;
  readonly serverHandshake?: Uint8Array;
  readonly clientTraffic?: Uint8Array;
}

/** Who knows secrets. */
export interface SecretSource {
  /** False as long as none were heard of and none are to come. */
  readonly knowsAny: boolean;
  /** True where what is not known yet may be, shortly. */
  readonly isLive: boolean;
  /** Those of the connection with that random of the client. */
  find(clientRandom: Uint8Array): TlsSecrets | undefined;
}

/** Labels of lines, section 2 of the draft. */
const LABELS: Readonly<Record<string, keyof TlsSecrets>> = {
  CLIENT_RANDOM: "master",
  CLIENT_HANDSHAKE_TRAFFIC_SECRET: "clientHandshake",
  SERVER_HANDSHAKE_TRAFFIC_SECRET: "serverHandshake",
  CLIENT_TRAFFIC_SECRET_0: "clientTraffic",
};

/**
 * Label, random of the client, a secret as long as the hash of the suite or 48 bytes. An editor may have
 * put a byte order mark before the first (UTF-8, here a character a byte).
 */
const LINE = /^(?:\xef\xbb\xbf)?([A-Z0-9_]{1,64}) ([0-9a-f]{64}) ((?:[0-9a-f]{2}){16,64})\s*$/i;

/** Bytes of a master secret (RFC 5246 8.1). */
const MASTER_LENGTH = 48;

/** No line of use is longer. */
const MAX_LINE = 320;

/** Connections whose secrets are kept; the oldest make room. */
export const MAX_CONNECTIONS = 65_536;

/** Secrets by connection. */
export class KeyLog implements SecretSource {
  readonly #known = new Map<string, Partial<Record<keyof TlsSecrets, Uint8Array>>>();
  readonly isLive: boolean = false;
  /** Connections that had to make room. */
  forgotten = 0;

  /** Takes up a whole text, a character a byte; lines that are none of use are passed over. */
  add(text: string): void {
    new KeyLogText(this).add(text);
  }

  get knowsAny(): boolean {
    return this.#known.size > 0;
  }

  find(clientRandom: Uint8Array): TlsSecrets | undefined {
    return this.#known.get(toHex(clientRandom));
  }

  /**
   * Takes up a line. One that is cut short does no harm: a master secret has one length, and the others one
   * that the suite tells whoever uses them; what is whole replaces them.
   */
  addLine(line: string): void {
    if (line.length > MAX_LINE) return;
    const match = LINE.exec(line);
    if (match === null) return;
    const [, name, random, secret] = match as unknown as [string, string, string, string];
    if (!Object.hasOwn(LABELS, name)) return;
    const label = LABELS[name]!;
    if (label === "master" && secret.length !== 2 * MASTER_LENGTH) return;
    const key = random.toLowerCase();
    let secrets = this.#known.get(key);
    if (secrets === undefined) {
      if (this.#known.size >= MAX_CONNECTIONS) {
        this.#known.delete(this.#known.keys().next().value!);
        this.forgotten++;
      }
      this.#known.set(key, secrets = {});
    }
    secrets[label] = fromHex(secret);
  }
}

/** The text of one key log, in pieces of any size: each log has lines of its own. */
export class KeyLogText {
  readonly #log: KeyLog;
  /** The start of a line whose rest has not come, and may never come. */
  #rest = "";

  /** @param log what its lines are added to */
  constructor(log: KeyLog) {
    this.#log = log;
  }

  /** Takes up what comes next; a last line that has no end counts, too. */
  add(piece: string): void {
    const lines = (this.#rest + piece).split("\n");
    const rest = lines.at(-1)!;
    this.#rest = rest.length <= MAX_LINE ? rest : rest.slice(0, MAX_LINE + 1);
    for (const line of lines) this.#log.addLine(line);
  }
}
