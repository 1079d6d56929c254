/** Opens what probes with packets of their own need, and leaves them out where it cannot be had. */
import type { Logger } from "@logtape/logtape";
import type { PlannedProbe } from "../lib/probe/plan.ts";
import type { RawServices } from "../lib/probe/port_visit.ts";
import { isRaw } from "../lib/probe/raw_probe.ts";
import { UserError } from "./exit_code.ts";
import type { ProbeFlags } from "./probe_flags.ts";

/** What can be run, and with what. */
export interface RawAccess extends Disposable {
  readonly plan: readonly PlannedProbe[];
  readonly raw: RawServices | undefined;
}

/**
 * Opens raw sockets if `plan` needs them. Where that is not allowed, one line says what is left out.
 *
 * @throws {UserError} when nothing is left, because --probe names no other
 */
export async function openRaw(
  plan: readonly PlannedProbe[],
  flags: ProbeFlags,
  messages: Logger,
): Promise<RawAccess> {
  const needy = plan.filter(({ probe }) => isRaw(probe)).map(({ probe }) => probe.name);
  if (needy.length === 0) return { plan, raw: undefined, [Symbol.dispose]: () => {} };
  try {
    return { plan, ...await openSockets(flags) };
  } catch (error) {
    const { RawError } = await import("../ffi/raw_error.ts");
    if (!(error instanceof RawError)) throw error;
    const rest = plan.filter(({ probe }) => !isRaw(probe));
    if (rest.length === 0) throw new UserError(`${needy.join(", ")}: ${error.message}`);
    const reason = error.message;
    messages.warn("left out: {probes}: {reason}", { probes: needy.join(", "), reason });
    return { plan: rest, raw: undefined, [Symbol.dispose]: () => {} };
  }
}

async function openSockets({ sourceIp }: ProbeFlags): Promise<Omit<RawAccess, "plan">> {
  const { RawSockets } = await import("../ffi/raw_network.ts");
  const { StackIdentifier } = await import("../lib/fingerprint/p0f/identifier.ts");
  const { ownSignatures } = await import("../lib/fingerprint/p0f/signatures.ts");
  const network = new RawSockets({ sourceAddress: sourceIp });
  return {
    raw: { network, stacks: new StackIdentifier(ownSignatures()) },
    [Symbol.dispose]: () => network[Symbol.dispose](),
  };
}
