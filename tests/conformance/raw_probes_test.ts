/** Raw probes against real kernels in network namespaces. */
import assert from "node:assert/strict";
import { MAY_MAKE_NAMESPACES, type NetworkNamespace } from "../support/network_namespace.ts";
import type { Forwarding } from "../support/raw_forwarder_child.ts";
import type { RawJob, RawJobResult } from "../support/raw_probe_child.ts";
import { fieldsOf, listenOn, runRawProbes, runSweep, startChild } from "../support/raw_run.ts";
import {
  counted,
  ip,
  linkAddress4,
  linkAddress6,
  NEXT4,
  NEXT6,
  rawLink,
  type RawTopology,
  rawTopology,
  setRules,
  setSysctl,
  TARGET4,
  TARGET6,
} from "../support/raw_topology.ts";
import { testNeeding } from "../support/requirements.ts";

const PORT = 80;
const CLOSED_PORT = 81;

const TCPFP4: RawJob = { probe: "tcpfp", address: TARGET4, port: PORT };
const TCPFP6: RawJob = { probe: "tcpfp", address: TARGET6, port: PORT };
const ICMP: RawJob = { probe: "icmp_error", address: TARGET4 };
const ICMP6: RawJob = { probe: "icmp6_error", address: TARGET6 };

function rawTest(name: string, fn: () => Promise<void>): void {
  testNeeding([MAY_MAKE_NAMESPACES, "nft"], name, fn);
}

async function probe(host: NetworkNamespace, job: RawJob): Promise<RawJobResult> {
  const [result] = await runRawProbes(host, [job]);
  return result!;
}

function hashIn(result: RawJobResult): string {
  fieldsOf(result);
  return "hash" in result ? result.hash : "";
}

async function hashOf(host: NetworkNamespace, job: RawJob): Promise<string> {
  return hashIn(await probe(host, job));
}

/** Some fields of a finding, by their names. */
function some(result: RawJobResult | undefined, ...names: readonly string[]) {
  const fields = fieldsOf(result);
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

async function eachHash(topology: RawTopology): Promise<readonly string[]> {
  const results = await runRawProbes(topology.near, [TCPFP4, TCPFP6, ICMP, ICMP6]);
  return results.map(hashIn);
}

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

rawTest("the hashes of a host stay the same when the route to it gets longer", async () => {
  await using short = await rawTopology(1);
  await using long = await rawTopology(3);
  await using _short = await listenOn(short.far, PORT);
  await using _long = await listenOn(long.far, PORT);
  assert.deepEqual(await eachHash(long), await eachHash(short));
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

/** Rules that count. */
const COUNT_SYN = "tcp flags & (syn|ack) == syn counter name syns";
const COUNT_RST = "tcp flags & rst == rst counter name rsts";
const COUNT_UDP = "meta l4proto udp counter name udps";

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

rawTest("icmp_error tells what host and routers answer, quote and change", async () => {
  await using topology = await rawTopology(2);
  const result = await probe(topology.near, ICMP);
  assert.deepEqual(
    some(
      result,
      "icmp_matrix",
      "icmp_fp_raw",
      "icmp_port_unreach",
      "icmp_port_unreach_quoted",
      "icmp_port_unreach_hop",
      "icmp_time_exceeded",
      "icmp_time_exceeded_hop",
      "icmp_frag_needed",
      "icmp_frag_needed_got",
      "icmp_param_problem",
      "icmp_param_problem_pointer",
      "icmp_param_problem_hop",
      "hop_distance",
      "forward_hops",
    ),
    {
      icmp_matrix: "PTfX",
      icmp_fp_raw: "P=3/3:548:;ttl=64;df=0",
      icmp_port_unreach: true,
      icmp_port_unreach_quoted: 548,
      icmp_port_unreach_hop: undefined,
      icmp_time_exceeded: true,
      icmp_time_exceeded_hop: NEXT4,
      icmp_frag_needed: false,
      icmp_frag_needed_got: "3/3 port unreachable",
      // A Linux router looks into options, and the packet comes no further.
      icmp_param_problem: true,
      icmp_param_problem_pointer: 20,
      icmp_param_problem_hop: NEXT4,
      hop_distance: 2,
      forward_hops: 2,
    },
  );
});

rawTest("icmp6_error tells what host and routers answer, quote and change", async () => {
  await using topology = await rawTopology(2);
  const result = await probe(topology.near, ICMP6);
  assert.deepEqual(
    some(
      result,
      "icmp6_matrix",
      "icmp6_fp_raw",
      "icmp6_hop_limit_exceeded_hop",
      "icmp6_unknown_next_header_pointer",
      "icmp6_bad_dest_option_pointer",
      "icmp6_packet_too_big_got",
      "forward_hops",
    ),
    {
      icmp6_matrix: "UHNBm",
      icmp6_fp_raw: "U=1/4:640:;N=4/1@6:96:;ttl=64;df=0",
      icmp6_hop_limit_exceeded_hop: NEXT6,
      icmp6_unknown_next_header_pointer: 6,
      // The option type, behind the IPv6 header and two bytes of the extension header.
      icmp6_bad_dest_option_pointer: 42,
      icmp6_packet_too_big_got: "1/4 port unreachable",
      forward_hops: 2,
    },
  );
});

rawTest("icmp_error and icmp6_error find a narrow link, every time they are run", async () => {
  await using topology = await rawTopology(2);
  // Behind the first router.
  const [router, next] = topology.routers as [NetworkNamespace, NetworkNamespace];
  await ip(router, "link", "set", "right", "mtu", "1400");
  await ip(next, "link", "set", "left", "mtu", "1400");
  // The second time the near kernel knows, and is not to refuse or to answer by itself.
  for (let run = 0; run < 2; run++) {
    const [v4, v6] = await runRawProbes(topology.near, [ICMP, ICMP6]);
    assert.deepEqual(some(v4, "icmp_matrix", "icmp_frag_needed_hop", "path_mtu"), {
      icmp_matrix: "PTFX",
      icmp_frag_needed_hop: NEXT4,
      path_mtu: 1400,
    });
    assert.deepEqual(some(v6, "icmp6_matrix", "icmp6_packet_too_big_hop", "path_mtu"), {
      icmp6_matrix: "UHNBM",
      icmp6_packet_too_big_hop: NEXT6,
      path_mtu: 1400,
    });
  }
});

rawTest(
  "icmp_error reads a bad option's answer from the host where no router is between",
  async () => {
    await using link = await rawLink(2, true);
    const [near] = link.hosts as [NetworkNamespace];
    const [v4, v6] = await runRawProbes(near, [
      { ...ICMP, address: linkAddress4(1) },
      { ...ICMP6, address: linkAddress6(1) },
    ]);
    assert.deepEqual(some(v4, "icmp_matrix", "icmp_fp_raw"), {
      icmp_matrix: "P-fX",
      icmp_fp_raw: "P=3/3:548:;X=12/0@20:64:;ttl=64;df=0",
    });
    assert.deepEqual(some(v6, "icmp6_matrix", "icmp6_fp_raw"), {
      icmp6_matrix: "U-NBm",
      icmp6_fp_raw: "U=1/4:640:;N=4/1@6:96:;B=4/2@42:104:;ttl=64;df=0",
    });
  },
);

rawTest("icmp_error takes silence to one stimulus for a result, and to all for none", async () => {
  await using topology = await rawTopology(1);
  await setRules(
    topology.far,
    "output",
    "icmp type destination-unreachable drop",
    "icmpv6 type parameter-problem icmpv6 code 2 drop",
  );
  const [silent, partly] = await runRawProbes(topology.near, [{ ...ICMP, timeout: 3500 }, ICMP6]);
  assert.deepEqual(silent, {
    outcome: "timeout",
    detail: "silence; only routers on the way answered",
  });
  assert.deepEqual(some(partly, "icmp6_matrix", "icmp6_bad_dest_option"), {
    icmp6_matrix: "UHN.m",
    icmp6_bad_dest_option: false,
  });
});

rawTest("icmp_error sends a silent host each packet three times and no more", async () => {
  await using link = await rawLink(2, true);
  const [near, far] = link.hosts as [NetworkNamespace, NetworkNamespace];
  await setRules(near, "output", COUNT_UDP);
  await setRules(far, "output", "icmp type { destination-unreachable, parameter-problem } drop");
  const result = await probe(near, { ...ICMP, address: linkAddress4(1), timeout: 20_000 });
  assert.deepEqual(result, { outcome: "timeout", detail: "silence" });
  // The fourth stimulus, TTL 1, is for routers.
  assert.equal(await counted(near, "udps"), 3 * 3);
});

rawTest("icmp_error gets all answers of a host that sends one error a second", async () => {
  await using link = await rawLink(2, true);
  const [near, far] = link.hosts as [NetworkNamespace, NetworkNamespace];
  const errors = "icmp type { destination-unreachable, parameter-problem }";
  await setRules(far, "output", `${errors} limit rate over 1/second burst 1 packets drop`);
  const result = await probe(near, { ...ICMP, address: linkAddress4(1) });
  assert.equal(fieldsOf(result).icmp_matrix, "P-fX");
});

rawTest("ipv6_leak finds the address of the target, and blames no bystander", async () => {
  await using link = await rawLink(4, true);
  const [near, target, bystander, plain] = link.hosts as [
    NetworkNamespace,
    NetworkNamespace,
    NetworkNamespace,
    NetworkNamespace,
  ];
  // VirtualBox's, and one that shows nothing in its addresses.
  await ip(target, "link", "set", "eth", "address", "08:00:27:12:34:56");
  await ip(target, "address", "add", "fe80::a00:27ff:fe12:3456/64", "dev", "eth");
  await setSysctl(plain, "net.ipv6.conf.eth.disable_ipv6", 1);
  await ip(bystander, "link", "set", "eth", "address", "02:42:0a:00:00:09");
  const jobs = [
    linkAddress4(1),
    linkAddress6(1),
    linkAddress4(3),
    linkAddress4(77),
    linkAddress4(0),
  ]
    .map((address) => ({ probe: "ipv6_leak", address }));
  const results = await runRawProbes(near, jobs);
  const leak = {
    ipv6_addr: "fe80::a00:27ff:fe12:3456",
    iid_kind: "eui64",
    mac: "08:00:27:12:34:56",
    iid_mac: "08:00:27:12:34:56",
    mac_oui: "08:00:27",
    mac_maker: "VirtualBox",
    on_iface: "eth",
    vector: "active_echo",
  };
  assert.deepEqual(some(results[0], ...Object.keys(leak)), leak);
  assert.deepEqual(some(results[1], ...Object.keys(leak)), leak);
  assert.deepEqual(results.slice(2), [
    { outcome: "timeout", detail: "silence; 2 other hosts answered" },
    { outcome: "timeout", detail: "does not answer on the link" },
    { outcome: "unreachable", detail: "not on a link of this machine" },
  ]);
});

rawTest("ipv6_leak leaves targets behind a router alone", async () => {
  await using topology = await rawTopology(1);
  await setRules(topology.near, "output", "icmp type echo-request counter name icmps");
  const result = await probe(topology.near, { probe: "ipv6_leak", address: TARGET4 });
  assert.deepEqual(result, { outcome: "unreachable", detail: "not on a link of this machine" });
  assert.equal(await counted(topology.near, "icmps"), 0);
});

/** Results of probes of a host at the other end of a bad line. */
async function throughLine(
  forwarding: Forwarding,
  jobs: readonly RawJob[],
): Promise<readonly RawJobResult[]> {
  await using link = await rawLink(2, false);
  const [near, far] = link.hosts as [NetworkNamespace, NetworkNamespace];
  await using _listener = await listenOn(far, PORT);
  await using _line = await startChild(
    link.hub,
    "raw_forwarder_child.ts",
    JSON.stringify(forwarding),
  );
  return await runRawProbes(near, jobs);
}

rawTest("raw probes get along with losses and a long way", async () => {
  const jobs = [
    { ...TCPFP4, address: linkAddress4(1) },
    { ...ICMP, address: linkAddress4(1) },
    { ...ICMP6, address: linkAddress6(1) },
  ];
  const [good, slow, ...lossy] = await Promise.all([
    throughLine({ delayMs: 0, outOf: 1, lost: [] }, jobs),
    throughLine({ delayMs: 150, outOf: 1, lost: [] }, jobs),
    // Every third packet is lost, the first one too.
    ...jobs.map((job) => throughLine({ delayMs: 0, outOf: 3, lost: [0] }, [job])),
  ]);
  assert.deepEqual(slow!.map(hashIn), good!.map(hashIn));
  assert.ok(Number(fieldsOf(slow![0]).rtt_ms) >= 300);
  assert.ok(Number(fieldsOf(slow![1]).icmp_port_unreach_rtt_ms) >= 300);
  assert.deepEqual(lossy.flat().map(hashIn), good!.map(hashIn));
});

rawTest(
  "raw probes need CAP_NET_RAW alone, and say so in one line where it is missing",
  async () => {
    await using topology = await rawTopology(1);
    await using _ = await listenOn(topology.far, PORT);
    const jobs = [TCPFP4, ICMP, ICMP6];
    const granted = await runRawProbes(topology.near, jobs, { become: "nobody_with_net_raw" });
    assert.deepEqual(granted.map(({ outcome }) => outcome), ["ok", "ok", "ok"]);
    const [refused] = await runRawProbes(topology.near, jobs, { become: "nobody" });
    assert.equal(refused?.outcome, "no_raw");
    assert.match(
      "detail" in refused ? refused.detail ?? "" : "",
      /^raw probes need CAP_NET_RAW: .*setcap cap_net_raw\+ep.*AmbientCapabilities=CAP_NET_RAW$/,
    );
  },
);

rawTest("raw probes work with FFI permission for the C library alone", async () => {
  await using topology = await rawTopology(0);
  await using _ = await listenOn(topology.far, PORT);
  const libraries = ["/lib", "/usr/lib"].flatMap((folder) => [
    `${folder}/${Deno.build.arch}-linux-gnu/libc.so.6`,
    `${folder}64/libc.so.6`,
    `${folder}/libc.musl-${Deno.build.arch}.so.1`,
  ]);
  const scoped = [`--allow-ffi=${libraries.join(",")}`, "--allow-read"];
  const [result] = await runRawProbes(topology.near, [TCPFP4], { permissions: scoped });
  assert.equal(result?.outcome, "ok");
  const [refused] = await runRawProbes(topology.near, [TCPFP4], { permissions: ["--allow-read"] });
  assert.deepEqual(refused, {
    outcome: "no_raw",
    detail: "raw probes: libc.so.6 needs the permission --allow-ffi",
  });
});

rawTest("raw probes end at once when they are interrupted", async () => {
  await using topology = await rawTopology(1);
  await setRules(topology.far, "input", "drop");
  const jobs = [TCPFP4, ICMP, ICMP6].map((job) => ({
    ...job,
    timeout: 3_600_000,
    interruptAfter: 200,
  }));
  const results = await runRawProbes(topology.near, jobs);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["interrupted", "interrupted", "interrupted"],
  );
});

/** A network that is all the far host's own. */
const SWEPT = { first: "10.99.0.0", rounds: 1, port: CLOSED_PORT, rate: 0, waitMs: 500 };

rawTest("a sweep reaches every address behind a router once, and hears every answer", async () => {
  await using topology = await rawTopology(1);
  const { near, routers, far } = topology;
  await ip(routers[0]!, "route", "add", "10.99.0.0/20", "via", "198.51.100.6");
  await ip(far, "route", "add", "local", "10.99.0.0/20", "dev", "lo");
  await setRules(far, "prerouting", COUNT_SYN);
  const addresses = 4096;
  const privileged = await runSweep(near, { ...SWEPT, addresses });
  const { sent, reset, dropped } = privileged;
  assert.deepEqual([sent, reset, dropped], [addresses, addresses, 0]);
  assert.equal(await counted(far, "syns"), addresses);
  // With less room for answers.
  const unprivileged = await runSweep(near, {
    ...SWEPT,
    addresses,
    rate: 20_000,
    unprivileged: true,
  });
  assert.deepEqual([unprivileged.sent, unprivileged.reset], [addresses, addresses]);
});

rawTest("a sweep reaches hosts on the link, each by its own MAC", async () => {
  await using topology = await rawTopology(0);
  const { near, far } = topology;
  await ip(near, "route", "add", "10.99.0.0/24", "dev", "right");
  await ip(far, "route", "add", "local", "10.99.0.0/24", "dev", "lo");
  const { sent, reset } = await runSweep(near, { ...SWEPT, addresses: 256, waitMs: 1500 });
  assert.deepEqual([sent, reset], [256, 256]);
});

rawTest("a sweep keeps to its rate", async () => {
  await using topology = await rawTopology(0);
  const { near, far } = topology;
  await ip(far, "route", "add", "local", "10.99.0.0/20", "dev", "lo");
  const { sent, seconds } = await runSweep(near, {
    ...SWEPT,
    addresses: 1001,
    rate: 1000,
    waitMs: 0,
  });
  assert.equal(sent, 1001);
  // The first packet goes at once; what a stall made up for may come at once, too.
  assert.ok(seconds >= 0.97, `${seconds}`);
});

rawTest("raw probes send from the address that they are given", async () => {
  await using topology = await rawTopology(1);
  const { near, routers, far } = topology;
  await using _ = await listenOn(far, PORT);
  const sourceAddress = "198.51.100.65";
  await ip(near, "address", "add", `${sourceAddress}/32`, "dev", "lo");
  await ip(routers[0]!, "route", "add", sourceAddress, "via", "198.51.100.1");
  await ip(far, "route", "add", sourceAddress, "via", "198.51.100.5");
  await setRules(far, "prerouting", `ip saddr ${sourceAddress} counter name others`, "accept");
  const [v4, v6] = await runRawProbes(near, [TCPFP4, TCPFP6], { sourceAddress });
  assert.deepEqual([v4?.outcome, v6?.outcome], ["ok", "ok"]);
  // Four SYNs, and the resets of the near kernel.
  assert.equal(await counted(far, "others"), 8);
});
