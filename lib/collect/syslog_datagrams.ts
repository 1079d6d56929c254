/** Receives syslog over UDP. */
import type { Frame } from "../syslog/framer.ts";
import { formatSyslogAddress, type SyslogAddress } from "../syslog/listen_address.ts";
import type { DatagramSocket, OpenDatagrams } from "./datagram_socket.ts";
import type { SourceContext } from "./source.ts";
import type { SyslogBatcher } from "./syslog_batcher.ts";

/** Bytes that may wait to be written: nobody can be held back, and what is too much is lost. */
const MAX_WAITING = 16 * 1024 * 1024;

/** Messages that are handed over at a time. */
const MAX_BATCH = 4096;

/** Milliseconds between two events that tell of losses. */
const TELL_INTERVAL = 5000;

const END_CODES: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x00]);

/** What is received, and where it goes. */
export interface DatagramOptions {
  readonly address: SyslogAddress;
  readonly maxLine: number;
  readonly batcher: SyslogBatcher;
  readonly context: SourceContext;
  readonly onListening: (port: number) => void;
  readonly open: OpenDatagrams;
}

/** Receives until the signal. Rejects when it cannot listen. */
export async function receiveDatagrams(options: DatagramOptions): Promise<void> {
  const { address, maxLine, batcher, context: { signal, message }, onListening, open } = options;
  let waiting: Frame[] = [];
  let bytes = 0;
  let wake = () => {};
  let failure: Error | undefined;
  let lastTold = -Infinity;
  const lost = { here: 0, system: 0 };
  const onMessage = (datagram: Uint8Array) => {
    const frame = frameOf(datagram, maxLine);
    if (frame === undefined) return;
    if (bytes + frame.bytes.length > MAX_WAITING) {
      lost.here++;
      return;
    }
    waiting.push(frame);
    bytes += frame.bytes.length;
    wake();
  };
  const onError = (error: Error) => {
    failure = error;
    wake();
  };
  const tellLost = async (socket: DatagramSocket) => {
    const told = { ...lost };
    const dropped = socket.dropped();
    const inSystem = dropped - told.system;
    if (told.here + inSystem === 0) return;
    lastTold = performance.now();
    Object.assign(lost, { here: 0, system: dropped });
    const name = formatSyslogAddress({ ...address, port: socket.port });
    message("warn", `${name}: ${told.here + inSystem} messages came faster than they are taken`);
    if (inSystem > 0) await batcher.lost(inSystem, "the system's receive buffer was full");
    if (told.here > 0) await batcher.lost(told.here, "more came than could be written");
  };
  const socket = await open(address, { onMessage, onError });
  const stop = () => wake();
  signal.addEventListener("abort", stop, { once: true });
  // Behind a burst nothing else may come that would let it be told.
  const ticker = setInterval(() => wake(), TELL_INTERVAL);
  try {
    onListening(socket.port);
    for (;;) {
      if (performance.now() - lastTold >= TELL_INTERVAL) await tellLost(socket);
      if (waiting.length > 0) {
        const frames = waiting.slice(0, MAX_BATCH);
        waiting = waiting.slice(MAX_BATCH);
        bytes -= frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
        await batcher.take(frames);
      } else if (signal.aborted || failure !== undefined) {
        break;
      } else {
        await new Promise<void>((resolve) => wake = resolve);
      }
    }
    await tellLost(socket);
  } finally {
    clearInterval(ticker);
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
