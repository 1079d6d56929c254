import assert from "node:assert/strict";
import { MAY_MAKE_NAMESPACES, networkNamespace } from "../tests/support/network_namespace.ts";
import { testNeeding } from "../tests/support/requirements.ts";
import { LiveCapture, MAX_SNAPLEN } from "./libpcap.ts";
import { openLibpcap } from "./libpcap_library.ts";
import { HAS_LIBPCAP, runLiveCapture } from "../tests/support/live_capture.ts";

/** A test of a scenario of the child, which captures in a namespace of its own. */
function liveTest<T>(name: string, scenario: string, check: (result: T) => void): void {
  testNeeding([MAY_MAKE_NAMESPACES, HAS_LIBPCAP], `LiveCapture ${name}`, async () => {
    await using namespace = await networkNamespace();
    check(await runLiveCapture(namespace, scenario) as T);
  });
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `packet ${index}`);

interface Packets {
  readonly payloads: readonly string[];
  readonly timely: boolean;
  readonly whole: boolean;
  readonly linkType: number;
  readonly fileHeader: string;
  readonly warnings: readonly string[];
  readonly statistics: unknown;
}

liveTest("hands out every packet once, in order, with its time", "packets", (result: Packets) => {
  const { payloads, fileHeader, ...rest } = result;
  assert.deepEqual(payloads, numbered(500));
  // Magic, version 2.4, no time zone, snaplen 65535, Ethernet.
  const header = "d4c3b2a1020004000000000000000000ffff000001000000";
  assert.equal(fileHeader, header);
  assert.deepEqual(rest, {
    timely: true,
    whole: true,
    linkType: 1,
    warnings: [],
    statistics: { received: 500, dropped: 0, interfaceDropped: 0 },
  });
});

liveTest("sees TCP without a filter", "tcp", (syn: unknown) => {
  assert.deepEqual(syn, { protocol: 6, port: "01bb", flags: 2 });
});

liveTest("hands out what its filter lets through", "filter", (payloads: unknown) => {
  assert.deepEqual(payloads, ["wanted", "last"]);
});

liveTest(
  "cuts packets to the snaplen, a VLAN tag put back included",
  "snaplen",
  (packet: { wire: number; bytes: string; sent: string }) => {
    assert.equal(packet.bytes, packet.sent.slice(0, 80));
    assert.equal(packet.wire, 1000);
  },
);

liveTest(
  "keeps every byte of the largest packets",
  "large",
  (result: { longestBatch: number } & Record<string, unknown>) => {
    const { longestBatch, ...rest } = result;
    assert.deepEqual(rest, { whole: 300, received: 300, dropped: 0, interfaceDropped: 0 });
    // It did come to the most that fits.
    assert.ok(longestBatch > 8_000_000);
  },
);

liveTest(
  "counts what the kernel dropped",
  "drops",
  (result: { records: number; statistics: { received: number; dropped: number } }) => {
    const { records, statistics: { received, dropped } } = result;
    assert.equal(received, 4000);
    assert.equal(records, received - dropped);
    assert.ok(dropped > 0);
  },
);

interface Failure {
  readonly kind: string;
  readonly message: string;
}

liveTest(
  "says in one line why it cannot be opened",
  "failures",
  (result: Record<"filter" | "device" | "down", Failure> & { good: string }) => {
    const { filter, device, down, good } = result;
    assert.equal(filter.kind, "bad_filter");
    assert.match(filter.message, /^filter "tcp and prot 80": .*syntax error.*$/);
    assert.equal(device.kind, "no_device");
    assert.match(device.message, /^no interface "none0"; there are .*\bnear\b.*$/);
    assert.deepEqual(down, {
      kind: "device_down",
      message: "idle0 is not up: ip link set idle0 up",
    });
    assert.equal(good, "opened");
  },
);

liveTest(
  "leaves no file descriptors behind",
  "leaks",
  (result: { before: number; after: number }) => {
    const { before, after } = result;
    assert.equal(after, before);
  },
);

liveTest("lets timers run while it waits, and can be stopped", "waiting", (turns: unknown) => {
  assert.deepEqual(turns, [
    "timers ran",
    "closed",
    "this capture is running or closed",
    "aborted",
    "again",
  ]);
});

liveTest("lets timers run while packets wait", "busy", (order: readonly string[]) => {
  const batches = order.filter((entry) => entry === "batch").length;
  const timer = order.indexOf("timer");
  assert.ok(batches >= 200 / 31);
  // Not behind a second one: whoever sends enough must not keep signals from being heard.
  assert.equal(timer, 1, order.join(" "));
});

liveTest("waits for handlers, and fails with them", "handlers", (result: unknown) => {
  assert.deepEqual(result, { payloads: numbered(100), thrown: "the handler failed" });
});

liveTest("ends with an error when the interface goes away", "removed", (result: Failure) => {
  assert.equal(result.kind, "failed");
  assert.match(result.message, /^.*interface.*$/);
});

testNeeding([HAS_LIBPCAP], "LiveCapture.open() refuses impossible sizes", () => {
  const sizes = [
    { snaplen: 0 },
    { snaplen: MAX_SNAPLEN + 1 },
    { snaplen: NaN },
    { bufferSize: 0 },
    { bufferSize: 2 ** 31 },
  ];
  for (const size of sizes) {
    assert.throws(() => LiveCapture.open({ device: "lo", ...size }), RangeError);
  }
});

Deno.test("openLibpcap() says which package is missing", () => {
  assert.throws(() => openLibpcap(["libpcap-none.so.7", "libpcap-none.so"]), {
    name: "CaptureError",
    kind: "no_library",
    message:
      /^live capture needs libpcap: none of libpcap-none\.so\.7, libpcap-none\.so is there \(.*install libpcap.*\)$/,
  });
});

testNeeding([HAS_LIBPCAP], "openLibpcap() takes the first library that is there", () => {
  openLibpcap(["libpcap-none.so.7", "libpcap.so.0.8", "libpcap.so.1", "libpcap.so"]).close();
});

testNeeding(
  [MAY_MAKE_NAMESPACES, HAS_LIBPCAP],
  "captureInterfaces() tells names, addresses and flags",
  async () => {
    await using namespace = await networkNamespace();
    const interfaces = await runLiveCapture(namespace, "interfaces") as { name: string }[];
    const sorted = interfaces.sort((a, b) => a.name < b.name ? -1 : 1);
    const common = { description: "", wireless: false };
    assert.deepEqual(sorted, [
      { name: "idle0", addresses: [], loopback: false, up: false, running: false, ...common },
      {
        name: "lo",
        addresses: ["127.0.0.1", "::1"],
        loopback: true,
        up: true,
        running: true,
        ...common,
      },
      {
        name: "near",
        addresses: ["192.0.2.1"],
        loopback: false,
        up: true,
        running: true,
        ...common,
      },
    ]);
  },
);
