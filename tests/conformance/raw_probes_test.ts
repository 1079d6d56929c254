/** Raw probes against real kernels in network namespaces: what they have in common. */
import assert from "node:assert/strict";
import type { NetworkNamespace } from "../support/network_namespace.ts";
import type { Forwarding } from "../support/raw_forwarder_child.ts";
import { hashIn, ICMP, ICMP6, PORT, rawTest, TCPFP4, TCPFP6 } from "../support/raw_jobs.ts";
import type { RawJob, RawJobResult } from "../support/raw_probe_child.ts";
import { fieldsOf, listenOn, runRawProbes, startChild } from "../support/raw_run.ts";
import {
  counted,
  ip,
  linkAddress4,
  linkAddress6,
  rawLink,
  type RawTopology,
  rawTopology,
  setRules,
} from "../support/raw_topology.ts";

async function eachHash(topology: RawTopology): Promise<readonly string[]> {
  const results = await runRawProbes(topology.near, [TCPFP4, TCPFP6, ICMP, ICMP6]);
  return results.map(hashIn);
}

rawTest("the hashes of a host stay the same when the route to it gets longer", async () => {
  await using short = await rawTopology(1);
  await using long = await rawTopology(3);
  await using _short = await listenOn(short.far, PORT);
  await using _long = await listenOn(long.far, PORT);
  assert.deepEqual(await eachHash(long), await eachHash(short));
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
