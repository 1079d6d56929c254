/**
 * Replays the Ethernet frames of captures, as often as it takes, and prints the rate.
 *
 * Usage: deno run -A live_sender.ts DEVICE COUNT PACKETS_PER_SECOND CAPTURE...
 */
import { CaptureReader } from "../../lib/net/capture_file.ts";
import { FrameSender } from "./live_frames.ts";

/** What the sender prints. */
export interface Sent {
  readonly packets: number;
  readonly seconds: number;
  /** Mean length of a frame. */
  readonly meanBytes: number;
}

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

/** What a link with the usual MTU carries. */
const LONGEST_FRAME = 1514;

function framesOf(file: string): Uint8Array[] {
  const frames: Uint8Array[] = [];
  const reader = new CaptureReader((bytes, offset, captured, wire, _, linkType) => {
    const whole = captured === wire && captured >= 14 && captured <= LONGEST_FRAME;
    if (linkType === ETHERNET && whole) frames.push(bytes.slice(offset, offset + captured));
  });
  reader.push(Deno.readFileSync(file));
  return frames;
}

if (import.meta.main) {
  const [device = "", count, rate, ...files] = Deno.args;
  const frames = files.flatMap(framesOf);
  using sender = new FrameSender(device, frames);
  const packets = Number(count);
  const seconds = sender.send(packets, Number(rate));
  const result: Sent = { packets, seconds, meanBytes: sender.bytes / frames.length };
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}
