/** icmp_error and icmp6_error against real kernels in network namespaces. */
import assert from "node:assert/strict";
import type { NetworkNamespace } from "../support/network_namespace.ts";
import { ICMP, ICMP6, probe, rawTest, some } from "../support/raw_jobs.ts";
import { fieldsOf, runRawProbes } from "../support/raw_run.ts";
import {
  counted,
  ip,
  linkAddress4,
  linkAddress6,
  NEXT4,
  NEXT6,
  rawLink,
  rawTopology,
  setRules,
} from "../support/raw_topology.ts";

const COUNT_UDP = "meta l4proto udp counter name udps";

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
