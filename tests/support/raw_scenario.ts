/** Runs scenarios with raw sockets in processes of their own. */
import { RawError } from "../../ffi/raw_error.ts";
import { RawSockets } from "../../ffi/raw_network.ts";
import type { Requirement } from "./requirements.ts";
import { systemCommand } from "./system_command.ts";

/** This process has CAP_NET_RAW. */
export const MAY_SEND_RAW: Requirement = {
  unmet: () => {
    try {
      new RawSockets()[Symbol.dispose]();
      return undefined;
    } catch (error) {
      if (error instanceof RawError) return "no raw sockets";
      throw error;
    }
  },
};

/** What a scenario of raw_sockets_child.ts printed. */
export async function runRawScenario(scenario: string): Promise<unknown> {
  const child = new URL("raw_sockets_child.ts", import.meta.url).pathname;
  const args = ["run", "--quiet", "--no-prompt", "-A", child, scenario];
  return JSON.parse(await systemCommand(Deno.execPath(), args));
}
