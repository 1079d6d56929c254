/** The captures in tests/fixtures/captures: made packets, and real clients. */
import { CaptureReader } from "../../lib/net/capture_file.ts";
import type { CapturedPacket } from "./capture_builder.ts";

const FOLDER = new URL("../fixtures/captures/", import.meta.url);

/** LINKTYPE_ETHERNET. */
const ETHERNET = 1;

/** What a link with the usual MTU carries. */
const LONGEST_FRAME = 1514;

/** The whole Ethernet frames of a fixture, such as `clients/curl_ipv6.pcap`. */
export function fixtureFrames(name: string): CapturedPacket[] {
  const frames: CapturedPacket[] = [];
  const reader = new CaptureReader((bytes, offset, captured, wire, micros, linkType) => {
    const whole = captured === wire && captured >= 14 && captured <= LONGEST_FRAME;
    if (linkType !== ETHERNET || !whole) return;
    frames.push({ bytes: bytes.slice(offset, offset + captured), micros });
  });
  reader.push(Deno.readFileSync(new URL(name, FOLDER)));
  return frames;
}

/** Names of the captures of real clients. */
export function clientCaptures(): string[] {
  return [...Deno.readDirSync(new URL("clients/", FOLDER))]
    .map(({ name }) => `clients/${name}`)
    .filter((name) => name.endsWith(".pcap"))
    .sort();
}
