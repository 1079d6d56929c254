/** Syslog over TCP and TLS (RFC 6587 3.4.1, RFC 5425), at least once. */
import type { Event } from "../../event/event.ts";
import { BackOff } from "../../back_off.ts";
import type { Batch, Delivery, DeliveryNotices } from "./delivery.ts";
import type { Farewell } from "./syslog_connection.ts";

/** What is needed of a connection. */
export interface StreamConnection {
  readonly isOpen: boolean;
  write(bytes: Uint8Array): Promise<void>;
  sayFarewell(limit: number): Promise<Farewell>;
  close(): void;
}

/** How events are sent. */
export interface SyslogStreamOptions extends DeliveryNotices {
  readonly write: (event: Event) => string;
  readonly connect: () => Promise<StreamConnection>;
  /** Ends all attempts. */
  readonly signal: AbortSignal;
  readonly backOff?: BackOff;
  /** Bytes that may be on their way before it is asked whether they have arrived. */
  readonly window?: number;
  /** Milliseconds after which it is asked, however few they are. */
  readonly settleAfter?: number;
}

const DEFAULT_WINDOW = 1024 * 1024;
const DEFAULT_SETTLE_AFTER = 5000;

/** Milliseconds that a receiver has to close its side, and one that is known not to. */
const FAREWELL_LIMIT = 5000;
const SILENT_LIMIT = 500;

interface Sent {
  readonly bytes: Uint8Array;
  readonly commit: () => void;
}

/**
 * Syslog has no acknowledgement: what is in the sockets when a receiver dies is gone. So everything is kept until
 * the receiver has closed a connection in good order, which tells that it has read all of it, and is sent
 * again on the next connection otherwise.
 */
export class SyslogStream implements Delivery {
  readonly #options: SyslogStreamOptions;
  readonly #backOff: BackOff;
  readonly #encoder = new TextEncoder();
  #connection: StreamConnection | undefined;
  /** What has not been found to have arrived. */
  #window: Sent[] = [];
  #windowBytes = 0;
  /** How many of these were written to the connection. */
  #written = 0;
  /** True for a receiver that does not close, though it is there. */
  #isSilent = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One thing at a time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SyslogStreamOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? new BackOff();
  }

  send({ events, commit }: Batch): Promise<void> {
    return this.#inTurn(async () => {
      if (events.length === 0 && this.#window.length === 0) return commit();
      const bytes = this.#frames(events);
      this.#window.push({ bytes, commit });
      this.#windowBytes += bytes.length;
      const { window = DEFAULT_WINDOW, settleAfter = DEFAULT_SETTLE_AFTER } = this.#options;
      if (this.#windowBytes >= window) return await this.#arrive();
      await this.#until(() => this.#writeAll());
      // Errors are told where they happen.
      this.#timer ??= setTimeout(() => this.settle(), settleAfter);
    });
  }

  settle(): Promise<void> {
    return this.#inTurn(() => this.#arrive());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection?.close();
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Octet counting: each message with its length in front. */
  #frames(events: readonly Event[]): Uint8Array {
    let text = "";
    for (const event of events) {
      const line = this.#options.write(event);
      text += `${byteLength(line)} ${line}`;
    }
    return this.#encoder.encode(text);
  }

  /** Tries until it goes well; once only when the end has come. */
  async #until(attempt: () => Promise<boolean>): Promise<void> {
    const { signal, onTrouble, onRecovery } = this.#options;
    for (;;) {
      try {
        if (await attempt()) {
          if (this.#backOff.isFailing) onRecovery();
          this.#backOff.reset();
          return;
        }
        onTrouble("the connection broke off");
      } catch (error) {
        onTrouble((error as Error).message);
      }
      this.#drop();
      if (signal.aborted) return;
      await this.#backOff.wait(signal);
    }
  }

  async #writeAll(): Promise<boolean> {
    if (this.#connection?.isOpen === false) this.#drop();
    this.#connection ??= await this.#options.connect();
    for (; this.#written < this.#window.length; this.#written++) {
      await this.#connection.write(this.#window[this.#written]!.bytes);
    }
    return this.#connection.isOpen;
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#written = 0;
  }

  /** Makes sure that all has arrived. */
  async #arrive(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#window.length === 0) return;
    let silences = 0;
    await this.#until(async () => {
      await this.#writeAll();
      const farewell = await this.#connection!.sayFarewell(
        this.#isSilent ? SILENT_LIMIT : FAREWELL_LIMIT,
      );
      this.#drop();
      if (farewell === "silent") {
        // A network that is cut off is silent too, but then there is no second connection.
        if (++silences < 2 && !this.#isSilent) {
          throw new Error("the receiver does not close its side");
        }
        this.#isSilent = true;
      }
      if (farewell === "broken") return false;
      const arrived = this.#window;
      this.#window = [];
      this.#windowBytes = 0;
      for (const { commit } of arrived) commit();
      return true;
    });
  }
}

function byteLength(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A pair of surrogates takes four bytes, any other unit beyond U+07FF three.
    length += unit < 0x800 ? 1 : unit >= 0xd800 && unit <= 0xdfff ? 1 : 2;
  }
  return length;
}
