/** A syslog receiver whose connections break, each in its own way. */
import type { Farewell } from "../../lib/tail/ship/syslog_connection.ts";
import type { StreamConnection } from "../../lib/tail/ship/syslog_stream.ts";
import { SyslogFramer } from "../../lib/syslog/framer.ts";

/** What the next connection does. */
export interface ConnectionFate {
  /** Writes after which it breaks. @default never */
  readonly writes?: number;
  /** It cannot be opened at all. */
  readonly refused?: boolean;
  /** Bytes of the last write that nobody reads before it breaks. */
  readonly unread?: number;
  readonly farewell?: Farewell;
}

/** Longest message that it takes. */
const MAX_MESSAGE = 65536;

/** Takes messages. */
export class FakeSyslogReceiver {
  readonly messages: string[] = [];
  connections = 0;
  readonly #nextFate: () => ConnectionFate | undefined;

  /** @param nextFate of the next connection; undefined: it goes well */
  constructor(nextFate: () => ConnectionFate | undefined) {
    this.#nextFate = nextFate;
  }

  /** Opens a connection. */
  connect(): Promise<StreamConnection> {
    const { writes = Infinity, refused = false, unread = 0, farewell = "read" } =
      this.#nextFate() ?? {};
    this.connections++;
    if (refused) return Promise.reject(new Error("refused"));
    const framer = new SyslogFramer(MAX_MESSAGE);
    const decoder = new TextDecoder();
    let left = writes;
    const connection = {
      isOpen: true,
      write: (bytes: Uint8Array) => {
        if (left-- <= 0) return Promise.reject(new Error("broken pipe"));
        const read = left <= 0 ? bytes.subarray(0, Math.max(0, bytes.length - unread)) : bytes;
        for (const frame of framer.push(read)) this.messages.push(decoder.decode(frame.bytes));
        if (left <= 0) connection.isOpen = false;
        return Promise.resolve();
      },
      sayFarewell: () => Promise.resolve(connection.isOpen ? farewell : "broken" as const),
      close: () => {},
    };
    return Promise.resolve(connection);
  }
}
