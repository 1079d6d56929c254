/**
 * Runs inside a network namespace and captures there what it sends itself; prints one line of JSON.
 *
 * Usage: deno run -A live_capture_child.ts SCENARIO
 */
import { createSocket } from "node:dgram";
import { CaptureError } from "../../ffi/capture_error.ts";
import { captureInterfaces } from "../../ffi/interfaces.ts";
import { LiveCapture, type LiveCaptureOptions } from "../../ffi/libpcap.ts";
import { dropPrivileges, parseIdentity } from "../../ffi/privileges.ts";
import { FAR_ADDRESS } from "./network_namespace.ts";

/** A packet as its savefile record says. */
interface Captured {
  readonly seconds: number;
  readonly micros: number;
  readonly wire: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Copies of the packets of a batch. */
function packetsOf(batch: Uint8Array, records: number): Captured[] {
  const view = new DataView(batch.buffer, batch.byteOffset);
  const packets: Captured[] = [];
  for (let offset = 0; packets.length < records;) {
    const length = view.getUint32(offset + 8, true);
    packets.push({
      seconds: view.getInt32(offset, true),
      micros: view.getInt32(offset + 4, true),
      wire: view.getUint32(offset + 12, true),
      bytes: batch.slice(offset + 16, offset + 16 + length),
    });
    offset += 16 + length;
  }
  return packets;
}

/** Everything captured until `enough` says so. */
async function collect(
  capture: LiveCapture,
  enough: (packets: readonly Captured[]) => boolean,
): Promise<Captured[]> {
  const packets: Captured[] = [];
  const stop = new AbortController();
  await capture.run((batch, records) => {
    packets.push(...packetsOf(batch, records));
    if (enough(packets)) stop.abort();
  }, stop.signal);
  return packets;
}

/** Sends UDP datagrams to the far end, one with each of the texts. */
async function send(texts: Iterable<string>, port = 9): Promise<void> {
  const socket = createSocket("udp4");
  for (const text of texts) {
    await new Promise((resolve) => socket.send(text, port, FAR_ADDRESS, resolve));
  }
  socket.close();
}

/** Offset of a UDP payload behind Ethernet and IPv4 without options. */
const UDP_PAYLOAD = 14 + 20 + 8;

function payloads(packets: readonly Captured[]): string[] {
  return packets.map(({ bytes }) => new TextDecoder().decode(bytes.subarray(UDP_PAYLOAD)));
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes?.toHex();
}

/** What opening failed with. */
function failure(open: () => Disposable): { kind: string; message: string } | "opened" {
  try {
    open()[Symbol.dispose]();
    return "opened";
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { kind: error.kind, message: error.message };
  }
}

function opening(options: Partial<LiveCaptureOptions>): () => LiveCapture {
  return () => LiveCapture.open({ device: "near", ...options });
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `packet ${index}`);

function openDescriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** One line of `/proc/self/task/*` for each thread. */
function threadStatus(): Record<string, string>[] {
  return [...Deno.readDirSync("/proc/self/task")].map(({ name }) => {
    const text = Deno.readTextFileSync(`/proc/self/task/${name}/status`);
    const wanted = ["Pid", "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "NoNewPrivs"];
    return Object.fromEntries(
      wanted.map((key) => [key, new RegExp(`^${key}:\\s*(.*?)\\s*$`, "m").exec(text)?.[1] ?? ""]),
    );
  });
}

const SCENARIOS: Readonly<Record<string, () => unknown>> = {
  async packets() {
    using capture = LiveCapture.open({ device: "near", filter: "udp" });
    const before = Math.floor(Date.now() / 1000);
    await send(numbered(500));
    const packets = await collect(capture, (all) => all.length >= 500);
    const after = Math.ceil(Date.now() / 1000);
    return {
      payloads: payloads(packets),
      timely: packets.every(({ seconds, micros }) =>
        seconds >= before && seconds <= after && micros >= 0 && micros < 1e6
      ),
      whole: packets.every(({ wire, bytes }) => wire === bytes.length),
      linkType: capture.linkType,
      fileHeader: hex(capture.fileHeader),
      warnings: capture.warnings,
      statistics: capture.statistics(),
    };
  },

  async tcp() {
    using capture = LiveCapture.open({ device: "near" });
    const refused = new AbortController();
    const connecting = Deno.connect({
      hostname: FAR_ADDRESS,
      port: 443,
      signal: refused.signal,
    }).catch(() => undefined);
    const [syn] = await collect(capture, (all) => all.length >= 1);
    refused.abort();
    await connecting;
    // Protocol, destination port, flags.
    return { protocol: syn!.bytes[23], port: hex(syn!.bytes.slice(36, 38)), flags: syn!.bytes[47] };
  },

  async filter() {
    using capture = LiveCapture.open({ device: "near", filter: "udp and dst port 10" });
    await send(["other"], 9);
    await send(["wanted"], 10);
    await send(["other"], 9);
    await send(["last"], 10);
    return payloads(await collect(capture, (all) => all.length >= 2));
  },

  async snaplen() {
    // Arrives with a VLAN tag, which the kernel keeps apart and libpcap puts back in its place.
    using capture = LiveCapture.open({ device: "far", snaplen: 40 });
    await send(["x".repeat(1000)]);
    const [packet] = await collect(capture, (all) => all.length >= 1);
    return { wire: packet!.wire, bytes: hex(packet!.bytes) };
  },

  async drops() {
    using capture = LiveCapture.open({ device: "near", filter: "udp", bufferSize: 1 });
    // Nobody reads meanwhile.
    await send(Array.from({ length: 4000 }, () => "x".repeat(1400)));
    let records = 0;
    const stop = new AbortController();
    const stopped = capture.run((_, count) => {
      records += count;
      const { received, dropped } = capture.statistics();
      if (records >= received - dropped) stop.abort();
    }, stop.signal);
    await stopped;
    return { records, statistics: capture.statistics() };
  },

  failures() {
    return {
      filter: failure(opening({ filter: "tcp and prot 80" })),
      device: failure(opening({ device: "none0" })),
      down: failure(opening({ device: "idle0" })),
      good: failure(opening({ filter: "" })),
    };
  },

  leaks() {
    const cycle = () => {
      LiveCapture.open({ device: "near", filter: "tcp", bufferSize: 65_536 }).close();
      failure(opening({ filter: "not a filter", bufferSize: 65_536 }));
      failure(opening({ device: "none0" }));
      captureInterfaces();
    };
    cycle();
    const before = openDescriptors();
    for (let round = 0; round < 100; round++) cycle();
    return { before, after: openDescriptors() };
  },

  async waiting() {
    const turns: string[] = [];
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
    const idle = () => LiveCapture.open({ device: "near" });
    {
      using capture = idle();
      const running = capture.run(() => {});
      for (let index = 0; index < 20; index++) await turn();
      turns.push("timers ran");
      capture.close();
      await running;
      turns.push("closed");
      capture.close();
      await capture.run(() => {}).catch((error: Error) => turns.push(error.message));
    }
    {
      using capture = idle();
      const stop = new AbortController();
      const running = capture.run(() => {}, stop.signal);
      await turn();
      stop.abort();
      await running;
      turns.push("aborted");
      // And goes on where it left off.
      await send(["again"]);
      turns.push(...payloads(await collect(capture, (all) => all.length >= 1)));
    }
    return turns;
  },

  async busy() {
    using capture = LiveCapture.open({ device: "near", filter: "udp", snaplen: 262_144 });
    await send(numbered(200));
    const order: string[] = [];
    let records = 0;
    await capture.run((_, count) => {
      if (records === 0) setTimeout(() => order.push("timer"), 0);
      records += count;
      order.push("batch");
      // Longer than a slice, so that the next batch has to wait for its turn.
      for (const end = performance.now() + 30; performance.now() < end;);
      if (records >= 200) capture.close();
    });
    return order;
  },

  async handlers() {
    using capture = LiveCapture.open({ device: "near", filter: "udp", snaplen: 262_144 });
    await send(numbered(100));
    const seen: string[] = [];
    let inside = 0;
    await capture.run(async (batch, records) => {
      inside++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (inside !== 1) throw new Error("a batch came before the last one was done with");
      seen.push(...payloads(packetsOf(batch, records)));
      inside--;
      if (seen.length >= 100) capture.close();
    });
    using failing = LiveCapture.open({ device: "near", filter: "udp" });
    await send(["one"]);
    const thrown = await failing.run(() => {
      throw new Error("the handler failed");
    }).catch((error: Error) => error.message);
    return { seen, thrown };
  },

  async removed() {
    using capture = LiveCapture.open({ device: "near" });
    const running = capture.run(() => {}).then(() => "ended", (error: Error) => ({
      name: error.name,
      message: error.message,
    }));
    await new Deno.Command("ip", { args: ["link", "delete", "near"] }).output();
    return await running;
  },

  interfaces() {
    return captureInterfaces().filter(({ name }) => ["lo", "near", "idle0"].includes(name));
  },

  async privileges() {
    using capture = LiveCapture.open({ device: "near", filter: "udp", promiscuous: true });
    const changed = dropPrivileges(parseIdentity("nobody"));
    const threads = threadStatus();
    const reopened = failure(opening({}));
    await send(["still captured"]);
    const packets = await collect(capture, (all) => all.length >= 1);
    return {
      changed,
      again: dropPrivileges(parseIdentity("daemon")),
      uid: Deno.uid(),
      gid: Deno.gid(),
      pid: Deno.pid,
      threads,
      reopened,
      payloads: payloads(packets),
      statistics: capture.statistics(),
    };
  },

  async revoked() {
    using capture = LiveCapture.open({ device: "near", filter: "udp" });
    const changed = dropPrivileges({ uid: 65534, gid: 65534 });
    await Deno.permissions.revoke({ name: "ffi" });
    await send(["still captured"]);
    const packets = await collect(capture, (all) => all.length >= 1);
    const reopened = failure(opening({}));
    const { received } = capture.statistics();
    capture.close();
    return { changed, payloads: payloads(packets), reopened, received };
  },
};

if (import.meta.main) {
  const result = await SCENARIOS[Deno.args[0] ?? ""]!();
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}
