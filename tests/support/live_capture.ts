/** Live captures in a child process inside a network namespace. */
import { CaptureError } from "../../ffi/capture_error.ts";
import { openLibpcap } from "../../ffi/libpcap_library.ts";
import type { NetworkNamespace } from "./network_namespace.ts";
import type { Requirement } from "./requirements.ts";
import { toolPath } from "./system_command.ts";

/** libpcap is installed. */
export const HAS_LIBPCAP: Requirement = {
  unmet: () => {
    try {
      openLibpcap().close();
      return undefined;
    } catch (error) {
      if (error instanceof CaptureError) return "no libpcap";
      throw error;
    }
  },
};

/**
 * Runs a scenario of live_capture_child.ts and returns its result. There is an interface `idle0`
 * that is not up.
 *
 * @param permissions what Deno is to allow; everything by default
 */
export async function runLiveCapture(
  namespace: NetworkNamespace,
  scenario: string,
  permissions: readonly string[] = ["-A"],
): Promise<unknown> {
  const link = ["add", "name", "idle0", "type", "veth", "peer", "name", "idle1"];
  await namespace.run(toolPath("ip"), "link", ...link);
  const child = new URL("live_capture_child.ts", import.meta.url).pathname;
  const flags = ["--quiet", "--no-prompt", ...permissions];
  return JSON.parse(await namespace.run(Deno.execPath(), "run", ...flags, child, scenario));
}
