/** What the tests of raw probes have in common. */
import { MAY_MAKE_NAMESPACES, type NetworkNamespace } from "./network_namespace.ts";
import type { RawJob, RawJobResult } from "./raw_probe_child.ts";
import { fieldsOf, runRawProbes } from "./raw_run.ts";
import { TARGET4, TARGET6 } from "./raw_topology.ts";
import { testNeeding } from "./requirements.ts";

/** A port that the far host listens on, and one that it does not. */
export const PORT = 80;
export const CLOSED_PORT = 81;

/** The probes of the far host. */
export const TCPFP4: RawJob = { probe: "tcpfp", address: TARGET4, port: PORT };
export const TCPFP6: RawJob = { probe: "tcpfp", address: TARGET6, port: PORT };
export const ICMP: RawJob = { probe: "icmp_error", address: TARGET4 };
export const ICMP6: RawJob = { probe: "icmp6_error", address: TARGET6 };

/** A rule of nftables that counts SYNs. */
export const COUNT_SYN = "tcp flags & (syn|ack) == syn counter name syns";

/** A test that makes network namespaces. */
export function rawTest(name: string, fn: () => Promise<void>): void {
  testNeeding([MAY_MAKE_NAMESPACES, "nft"], name, fn);
}

/** The result of one probe. */
export async function probe(host: NetworkNamespace, job: RawJob): Promise<RawJobResult> {
  const [result] = await runRawProbes(host, [job]);
  return result!;
}

/** The hash of a finding. @throws {Error} for a miss */
export function hashIn(result: RawJobResult): string {
  fieldsOf(result);
  return "hash" in result ? result.hash : "";
}

/** The hash that one probe finds. @throws {Error} when it finds none */
export async function hashOf(host: NetworkNamespace, job: RawJob): Promise<string> {
  return hashIn(await probe(host, job));
}

/** Some fields of a finding, by their names. @throws {Error} for a miss */
export function some(
  result: RawJobResult | undefined,
  ...names: readonly string[]
): Record<string, unknown> {
  const fields = fieldsOf(result);
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}
