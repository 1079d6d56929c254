/** ipv6_leak against real kernels in network namespaces. */
import assert from "node:assert/strict";
import type { NetworkNamespace } from "../support/network_namespace.ts";
import { probe, rawTest, some } from "../support/raw_jobs.ts";
import { runRawProbes } from "../support/raw_run.ts";
import {
  counted,
  ip,
  linkAddress4,
  linkAddress6,
  rawLink,
  rawTopology,
  setRules,
  setSysctl,
  TARGET4,
} from "../support/raw_topology.ts";

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
