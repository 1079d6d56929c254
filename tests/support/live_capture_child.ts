/**
 * Runs inside a network namespace and captures there what it sends itself; prints one line of JSON.
 *
 * Usage: deno run -A live_capture_child.ts SCENARIO
 */
import assert from "node:assert/strict";
import { CaptureError } from "../../ffi/capture_error.ts";
import { captureInterfaces } from "../../ffi/interfaces.ts";
import { openLibc } from "../../ffi/libc.ts";
import { LiveCapture, type LiveCaptureOptions } from "../../ffi/libpcap.ts";
import { dropPrivileges, parseIdentity } from "../../ffi/privileges.ts";
import { FrameSender } from "../../scripts/bench/live_frames.ts";
import { collect, payloads, recorder, send, TAGGED_FRAME, UDP_PAYLOAD } from "./live_traffic.ts";
import { FAR_ADDRESS } from "./network_namespace.ts";
import { systemCommand, toolPath } from "./system_command.ts";

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes?.toHex();
}

interface Failure {
  readonly kind: string;
  readonly message: string;
}

/** What opening failed with. */
function failure(open: () => Disposable): Failure | "opened" {
  try {
    open()[Symbol.dispose]();
    return "opened";
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof CaptureError)) throw error;
  return { kind: error.kind, message: error.message };
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

/** As a service does that is started with AmbientCapabilities=CAP_NET_RAW. */
function becomeNobodyWithNetRaw(): void {
  const libc = openLibc();
  const { prctl, setuid, capset } = libc.symbols;
  const bytes = (...words: number[]) => new Uint8Array(new Uint32Array(words).buffer);
  // linux/prctl.h, linux/capability.h: PR_SET_KEEPCAPS; version 3; 1 << CAP_NET_RAW.
  const netRaw = 1 << 13;
  const statuses = [
    prctl!(8, 1n, 0n, 0n, 0n),
    setuid(65534),
    capset!(bytes(0x20080522, 0), bytes(netRaw, netRaw, netRaw, 0, 0, 0)),
  ];
  if (statuses.some((status) => status !== 0)) throw new Error("cannot keep CAP_NET_RAW");
  libc.close();
}

const SCENARIOS: Readonly<Record<string, () => unknown>> = {
  async packets() {
    using capture = LiveCapture.open({ device: "near", filter: "udp" });
    const before = Date.now() * 1000;
    await send(numbered(500));
    const packets = await collect(capture, (all) => all.length >= 500);
    const after = (Date.now() + 1) * 1000;
    return {
      payloads: payloads(packets),
      timely: packets.every(({ micros }) => micros >= before && micros <= after),
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
    using capture = LiveCapture.open({ device: "far", snaplen: 40 });
    using sender = new FrameSender("near", [TAGGED_FRAME]);
    sender.send(1);
    const [packet] = await collect(capture, (all) => all.length >= 1);
    return { wire: packet!.wire, bytes: hex(packet!.bytes), sent: hex(TAGGED_FRAME) };
  },

  async large() {
    await systemCommand(toolPath("ip"), ["link", "set", "near", "mtu", "65535"]);
    using capture = LiveCapture.open({ device: "near", filter: "udp" });
    const datagrams = Array.from({ length: 300 }, (_, index) => new Uint8Array(65_000).fill(index));
    await send(datagrams);
    let whole = 0;
    let most = 0;
    const [reader, packets] = recorder(capture);
    await capture.run((batch, records) => {
      most = Math.max(most, reader.read(batch, records));
      for (const { bytes } of packets.splice(0)) {
        const payload = bytes.subarray(UDP_PAYLOAD);
        if (payload.length === 65_000 && payload.every((byte) => byte === whole % 256)) whole++;
      }
      if (reader.packets >= datagrams.length || reader.damage !== undefined) capture.close();
    });
    return { whole, longestBatch: most, damage: reader.damage, ...capture.statistics() };
  },

  async drops() {
    using capture = LiveCapture.open({ device: "near", filter: "udp", bufferSize: 1 });
    // Nobody reads meanwhile.
    await send(Array.from({ length: 4000 }, () => "x".repeat(1400)));
    let records = 0;
    const stop = new AbortController();
    await capture.run((_, count) => {
      records += count;
      const { received, dropped } = capture.statistics();
      if (records >= received - dropped) stop.abort();
    }, stop.signal);
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
    const small = { bufferSize: 65_536 };
    const cycle = (index: number) => {
      LiveCapture.open({ device: "near", filter: "tcp", ...small }).close();
      if (index % 20 > 0) return;
      failure(opening({ filter: "not a filter", ...small }));
      failure(opening({ device: "none0" }));
      captureInterfaces();
    };
    cycle(0);
    const before = openDescriptors();
    for (let index = 0; index < 100; index++) cycle(index);
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
    const [reader, packets] = recorder(capture);
    let inside = 0;
    await capture.run(async (batch, records) => {
      inside++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (inside !== 1) throw new Error("a batch came before the last one was done with");
      reader.read(batch, records);
      inside--;
      if (packets.length >= 100) capture.close();
    });
    using failing = LiveCapture.open({ device: "near", filter: "udp" });
    await send(["one"]);
    const thrown = await failing.run(() => {
      throw new Error("the handler failed");
    }).catch((error: Error) => error.message);
    return { payloads: payloads(packets), thrown };
  },

  async removed() {
    using capture = LiveCapture.open({ device: "near" });
    const running = capture.run(() => {}).then(() => "ended", failureOf);
    await systemCommand(toolPath("ip"), ["link", "delete", "near"]);
    return await running;
  },

  interfaces() {
    return captureInterfaces().filter(({ name }) => ["lo", "near", "idle0"].includes(name));
  },

  async privileges() {
    using capture = LiveCapture.open({ device: "near", filter: "udp", promiscuous: true });
    assert.throws(() => dropPrivileges(), { name: "PrivilegeError", message: /no user/ });
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

  capabilities() {
    becomeNobodyWithNetRaw();
    const before = { uid: Deno.uid(), opened: failure(opening({})) };
    const changed = dropPrivileges();
    const reopened = failure(opening({}));
    return { before, changed, uid: Deno.uid(), reopened: (reopened as Failure).kind };
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

/** A packet that never comes is waited for without end. */
const PATIENCE_MS = 60_000;

if (import.meta.main) {
  const watchdog = setTimeout(() => {
    throw new Error(`no result in ${PATIENCE_MS} ms`);
  }, PATIENCE_MS);
  const result = await SCENARIOS[Deno.args[0] ?? ""]!();
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
  clearTimeout(watchdog);
}
