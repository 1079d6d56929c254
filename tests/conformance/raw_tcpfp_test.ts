/** tcpfp against real kernels in network namespaces. */
import assert from "node:assert/strict";
import {
  CLOSED_PORT,
  COUNT_SYN,
  hashOf,
  PORT,
  probe,
  rawTest,
  some,
  TCPFP4,
  TCPFP6,
} from "../support/raw_jobs.ts";
import { fieldsOf, listenOn, runRawProbes } from "../support/raw_run.ts";
import {
  counted,
  ip,
  NEXT4,
  rawTopology,
  setRules,
  setSysctl,
  TARGET4,
  TARGET6,
} from "../support/raw_topology.ts";

const COUNT_RST = "tcp flags & rst == rst counter name rsts";

rawTest("tcpfp reads the stack of a known kernel, IPv4 and IPv6, two routers away", async () => {
  await using topology = await rawTopology(2);
  await using _ = await listenOn(topology.far, PORT);
  const [v4, v6] = await runRawProbes(topology.near, [TCPFP4, TCPFP6]);
  const stack = {
    initial_ttl: 64,
    hop_distance: 2,
    ttl: 62,
    sack_ok: true,
    timestamp: true,
    options_order: "M,S,T,N,W",
    isn_class: "random",
    os_guess: "linux",
    ecn: 0,
    samples: 4,
  };
  const names = Object.keys(stack);
  assert.deepEqual(some(v4, ...names), stack);
  assert.deepEqual(some(v6, ...names), stack);
  assert.deepEqual(some(v4, "mss", "df_bit", "ipid_class"), {
    mss: 1460,
    df_bit: true,
    ipid_class: "zero",
  });
  assert.equal(fieldsOf(v6).mss, 1440);
  const { tcpfp_raw: raw, window_scale: scale, window_size: window } = fieldsOf(v4);
  assert.equal(raw, `64:full:1:${scale}:1:1:M,S,T,N,W`);
  assert.equal(fieldsOf(v4).ja4ts, `${window}_2-4-8-1-3_1460_${scale}`);
});

rawTest("tcpfp's hash stays the same when a tunnel on the way lowers the MSS", async () => {
  await using topology = await rawTopology(1);
  await using _ = await listenOn(topology.far, PORT);
  const before = await hashOf(topology.near, TCPFP4);
  const clamp = "tcp flags & syn == syn tcp option maxseg size set 1380";
  await setRules(topology.routers[0]!, "forward", clamp);
  const after = await probe(topology.near, TCPFP4);
  assert.equal(fieldsOf(after).mss, 1380);
  assert.equal(fieldsOf(after).tcpfp_hash, before);
});

rawTest("tcpfp's hash changes with every parameter of the stack, and back", async () => {
  await using topology = await rawTopology(1);
  await using _ = await listenOn(topology.far, PORT);
  const before = await hashOf(topology.near, TCPFP4);
  const hashes = new Set([before]);
  const changes: readonly (readonly [name: string, value: number, usual: number])[] = [
    ["net.ipv4.ip_default_ttl", 128, 64],
    ["net.ipv4.tcp_window_scaling", 0, 1],
    ["net.ipv4.tcp_timestamps", 0, 1],
    ["net.ipv4.tcp_sack", 0, 1],
  ];
  for (const [name, value, usual] of changes) {
    await setSysctl(topology.far, name, value);
    hashes.add(await hashOf(topology.near, TCPFP4));
    await setSysctl(topology.far, name, usual);
  }
  assert.equal(hashes.size, 1 + changes.length);
  assert.equal(await hashOf(topology.near, TCPFP4), before);
});

rawTest(
  "tcpfp tells a timestamp clock that all connections share, and claims no uptime",
  async () => {
    await using topology = await rawTopology(1);
    await using _ = await listenOn(topology.far, PORT);
    // Without an offset (Linux: ip-sysctl).
    await setSysctl(topology.far, "net.ipv4.tcp_timestamps", 2);
    const result = await probe(topology.near, TCPFP4);
    assert.deepEqual(some(result, "timestamp_clock", "timestamp_hz", "uptime_s"), {
      timestamp_clock: "steady",
      timestamp_hz: 1000,
      uptime_s: undefined,
    });
  },
);

rawTest("tcpfp ends each answer that is no SYN-ACK in its own outcome", async () => {
  await using topology = await rawTopology(1);
  await using _ = await listenOn(topology.far, PORT, 82, 83, 84);
  await setRules(
    topology.far,
    "input",
    "tcp dport 82 reject with icmpx type admin-prohibited",
    "tcp dport 83 reject with icmpx type host-unreachable",
    "tcp dport 84 drop",
  );
  const jobs = [TARGET4, TARGET6].flatMap((address) =>
    [CLOSED_PORT, 82, 83, 84].map((port) => ({ probe: "tcpfp", address, port, timeout: 2500 }))
  );
  const unroutable = { probe: "tcpfp", address: "192.0.2.9", port: PORT };
  await ip(topology.routers[0]!, "route", "add", "unreachable", unroutable.address);
  const results = await runRawProbes(topology.near, [...jobs, unroutable]);
  assert.deepEqual(results, [
    { outcome: "refused", detail: "reset" },
    {
      outcome: "unreachable",
      detail: `ICMP 3/13 administratively prohibited from ${TARGET4}`,
    },
    { outcome: "unreachable", detail: `ICMP 3/1 host unreachable from ${TARGET4}` },
    { outcome: "timeout", detail: "silence" },
    { outcome: "refused", detail: "reset" },
    {
      outcome: "unreachable",
      detail: `ICMP 1/1 administratively prohibited from ${TARGET6}`,
    },
    { outcome: "unreachable", detail: `ICMP 1/3 address unreachable from ${TARGET6}` },
    { outcome: "timeout", detail: "silence" },
    { outcome: "unreachable", detail: `ICMP 3/1 host unreachable from ${NEXT4}` },
  ]);
});

rawTest("tcpfp sends four SYNs to an open port and one to a closed one", async () => {
  await using topology = await rawTopology(1);
  await using _ = await listenOn(topology.far, PORT);
  await setRules(topology.far, "input", COUNT_SYN, COUNT_RST);
  await probe(topology.near, { ...TCPFP4, port: CLOSED_PORT });
  assert.deepEqual([await counted(topology.far, "syns"), await counted(topology.far, "rsts")], [
    1,
    0,
  ]);
  await probe(topology.near, TCPFP4);
  // The near kernel, which knows of no connection, ends each of them.
  assert.deepEqual([await counted(topology.far, "syns"), await counted(topology.far, "rsts")], [
    5,
    4,
  ]);
});

rawTest("tcpfp sends lost SYNs again, and takes no repeated SYN-ACK for a new sample", async () => {
  await using topology = await rawTopology(1);
  await using _ = await listenOn(topology.far, PORT);
  const before = await hashOf(topology.near, TCPFP4);
  // Every second SYN is lost, the first one too; and without the resets of the near kernel the far one
  // sends its SYN-ACKs again.
  const [router] = topology.routers;
  await setRules(
    router!,
    "forward",
    "tcp flags & (syn|ack) == syn numgen inc mod 2 0 drop",
    "tcp flags & rst == rst drop",
  );
  const { tcpfp_hash: hash, samples, syn_ack_repeats: repeats } = fieldsOf(
    await probe(topology.near, TCPFP4),
  );
  assert.deepEqual([hash, samples], [before, 4]);
  assert.ok(Number(repeats) >= 1);
});
