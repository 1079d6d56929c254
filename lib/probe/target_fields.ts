/** The fields by which every prober event says whom it is about. */
import type { Fields } from "../event/event.ts";
import type { ProbeContext } from "./probe.ts";

/** `target_ip`, `target_port`, and `target_host` for a target that was given by name. */
export function targetFields({ target, port }: ProbeContext): Fields {
  return {
    target_ip: target.address,
    target_port: port,
    ...(target.named ? { target_host: target.host } : {}),
  };
}
