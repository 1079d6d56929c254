/** `decnet workers`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import type { AppContext } from "./context.ts";
import { parseText } from "./flag_values.ts";

/** The flags after parsing. */
export interface WorkersFlags {
  readonly hub: string;
  readonly stop: boolean;
  readonly reload: boolean;
  readonly json: boolean;
}

/** Shows the fleet. */
export const workersCommand = buildCommand<WorkersFlags, string[], AppContext>({
  loader: async () => (await import("./workers_run.ts")).showWorkers,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "A worker as VERB@SENSOR; without one all that the hub has heard of",
        placeholder: "WORKER",
        parse: parseText,
      },
    },
    flags: {
      hub: {
        kind: "parsed",
        placeholder: "URL",
        default: "nats://127.0.0.1",
        brief: "The hub that workers report to",
        parse: parseText,
      },
      stop: { kind: "boolean", default: false, brief: "Ask the named workers to stop" },
      reload: {
        kind: "boolean",
        default: false,
        brief: "Ask the named workers to reopen their files",
      },
      json: { kind: "boolean", default: false, brief: "JSON lines, on a terminal too" },
    },
  },
  docs: {
    brief: "Show how the fleet's workers are, as they report to a NATS hub",
    fullDescription: [
      "Shows the workers that run with --hub: OK, STALE when their last report is older than 90",
      "seconds, UNKNOWN when a named one was never heard of. Exits with 1 unless all are OK.",
      "",
      "EXAMPLES",
      "  decnet workers --hub nats://hub",
      "  decnet workers --hub nats://hub sniff@edge-1 collect@edge-1",
      "  decnet workers --hub nats://hub --stop sniff@edge-1",
    ].join("\n"),
  },
});
