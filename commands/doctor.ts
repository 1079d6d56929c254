/** `decnet doctor`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import type { AppContext } from "./context.ts";
import { parseText } from "./flag_values.ts";

/** The flags after parsing. */
export interface DoctorFlags {
  readonly out?: string;
  readonly state?: string;
  readonly json: boolean;
}

/** Tells what this machine has and lacks. */
export const doctorCommand = buildCommand<DoctorFlags, string[], AppContext>({
  loader: async () => (await import("./doctor_run.ts")).examineMachine,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: "A verb, for what it needs alone",
        placeholder: "VERB",
        parse: parseText,
      },
    },
    flags: {
      out: {
        kind: "parsed",
        optional: true,
        placeholder: "BASE",
        brief: "The log to look at (default: that of each verb)",
        parse: parseText,
      },
      state: {
        kind: "parsed",
        optional: true,
        placeholder: "PATH",
        brief: "The state file to look at (default: that of each verb)",
        parse: parseText,
      },
      json: { kind: "boolean", default: false, brief: "JSON lines, on a terminal too" },
    },
    aliases: { o: "out" },
  },
  docs: {
    brief: "Tell what this machine has and lacks for each verb",
    fullDescription: [
      "Looks for libpcap, privileges, interfaces, the Docker engine, state and log folders, free disk,",
      "the growth of the log and the clock; says what to do about what is missing. Changes nothing.",
      "Exits with 1 when a verb cannot work here.",
      "",
      "EXAMPLES",
      "  decnet doctor",
      "  decnet doctor sniff probe",
      "  decnet doctor --json | jq 'select(.status != \"ok\")'",
    ].join("\n"),
  },
});
