/** A real Podman that listens where Docker would, for machines that have one. */
import { NAMESPACES, TEST_IMAGE, TestEngine } from "../../scripts/test_engine.ts";
import { findCommand } from "../../scripts/test_tools.ts";
import { eventually } from "./eventually.ts";
import type { Requirement } from "./requirements.ts";

/** Podman can be started here. No machine is expected to have it. */
export const HAS_PODMAN: Requirement = {
  optional: true,
  unmet: () => {
    if (Deno.build.os !== "linux") return "not Linux";
    if (Deno.uid() !== 0) return "not root";
    const missing = ["podman", "conmon", "runc", "busybox", "unshare"]
      .find((command) => findCommand(command) === undefined);
    return missing === undefined ? undefined : `no ${missing}`;
  },
};

/** Limits that any root may set, and nothing of systemd's. */
const CONFIG = [
  "[containers]",
  'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]',
  'netns = "none"',
  'log_driver = "k8s-file"',
  "[engine]",
  'cgroup_manager = "cgroupfs"',
  'events_logger = "file"',
  'runtime = "runc"',
  "",
].join("\n");

/** Takes in the image and serves; ends with its input, and all it has started with it. */
const SCRIPT = [
  'set -e; cd "$1"; mkdir -p rootfs/bin rootfs/tmp; cp "$2" rootfs/bin/busybox',
  'p="podman --root $1/root --runroot $1/run --tmpdir $1/tmp --storage-driver vfs"',
  'tar -C rootfs -c . | $p import - "$3"',
  "$p system service --time 0 unix://$1/d.sock &",
  "cat",
].join("\n");

/** Podman, until it is disposed of. Its containers are made as Docker's are. */
export async function podmanEngine(): Promise<TestEngine & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "decnet-p-" });
  await Deno.writeTextFile(`${folder}/containers.conf`, CONFIG);
  const child = new Deno.Command(findCommand("unshare")!, {
    args: [
      ...[...NAMESPACES, "sh", "-c", SCRIPT, "sh"],
      ...[folder, findCommand("busybox")!, `docker.io/${TEST_IMAGE}`],
    ],
    env: { CONTAINERS_CONF: `${folder}/containers.conf` },
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const engine = Object.assign(new TestEngine(folder), {
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => {});
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  });
  try {
    await eventually(() => engine.request("GET", "/_ping").then(() => true, () => false));
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}
