/** Receives syslog over UDP. */
import { createSocket } from "node:dgram";
import type { Frame } from "../syslog/framer.ts";
import type { SyslogAddress } from "../syslog/listen_address.ts";
import type { SourceContext } from "./source.ts";
import type { SyslogBatcher } from "./syslog_batcher.ts";

/** Bytes that may wait to be written: nobody can be held back, and what is too much is lost. */
const MAX_WAITING = 16 * 1024 * 1024;

/** Messages that are handed over at a time. */
const MAX_BATCH = 4096;

const END_CODES: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x00]);

/** What is received, and where it goes. */
export interface DatagramOptions {
  readonly address: SyslogAddress;
  readonly maxLine: number;
  readonly batcher: SyslogBatcher;
  readonly context: SourceContext;
  readonly onListening: (port: number) => void;
}

/** Receives until the signal. Rejects when it cannot listen. */
export async function receiveDatagrams(options: DatagramOptions): Promise<void> {
  const { address: { hostname, port }, maxLine, batcher, context, onListening } = options;
  const { signal } = context;
  const socket = createSocket(hostname.includes(":") ? "udp6" : "udp4");
  let waiting: Frame[] = [];
  let bytes = 0;
  let lost = 0;
  let wake = () => {};
  let failure: Error | undefined;
  socket.on("message", (message: Uint8Array) => {
    const frame = frameOf(message, maxLine);
    if (frame === undefined) return;
    if (bytes + frame.bytes.length > MAX_WAITING) {
      lost++;
      return;
    }
    waiting.push(frame);
    bytes += frame.bytes.length;
    wake();
  });
  socket.on("error", (error: Error) => {
    failure = error;
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop, { once: true });
  try {
    socket.bind(port, hostname, () => {
      // No larger buffer is asked for: Deno 2.9 does not hand that on to the system, but makes as much
      // memory anew for each message.
      onListening(socket.address().port);
    });
    for (;;) {
      if (waiting.length === 0) {
        if (signal.aborted || failure !== undefined) break;
        await new Promise<void>((resolve) => wake = resolve);
        continue;
      }
      const frames = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      bytes -= frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
      await batcher.take(frames);
      if (lost > 0) {
        const count = lost;
        lost = 0;
        await batcher.lost(count, "more came than could be written");
      }
    }
  } finally {
    socket.close();
  }
  if (failure !== undefined) throw failure;
}

/** A datagram is one message (RFC 5426 3.1); some senders end it like a line. */
function frameOf(message: Uint8Array, maxLine: number): Frame | undefined {
  let end = message.length;
  while (end > 0 && END_CODES.has(message[end - 1]!)) end--;
  if (end === 0) return undefined;
  return { bytes: message.slice(0, Math.min(end, maxLine)), truncated: end > maxLine };
}
