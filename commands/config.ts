/** `decnet config`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import type { AppContext } from "./context.ts";
import { parseText } from "./flag_values.ts";

/** The flags after parsing. */
export interface ConfigFlags {
  readonly showOrigin: boolean;
  readonly check: boolean;
  readonly json: boolean;
}

/** Tells what the flags of verbs are when they are not typed. */
export const configCommand = buildCommand<ConfigFlags, string[], AppContext>({
  loader: async () => (await import("./config_list.ts")).listSettings,
  parameters: {
    positional: {
      kind: "array",
      parameter: { brief: "A verb, for its settings alone", placeholder: "VERB", parse: parseText },
    },
    flags: {
      showOrigin: {
        kind: "boolean",
        default: false,
        brief: "Tell where each setting comes from; flags that are at their default, too",
      },
      check: {
        kind: "boolean",
        default: false,
        brief:
          "Print nothing: exit with 0 when the settings are right, with 2 and the reason when not",
      },
      json: { kind: "boolean", default: false, brief: "JSON lines, on a terminal too" },
    },
  },
  docs: {
    brief: "Show what flags are set by files and environment",
    fullDescription: [
      "Flags that are not typed are taken from $DECNET_<VERB>_<FLAG>, else from $DECNET_<FLAG>, else",
      "from $XDG_CONFIG_HOME/decnet/decnet.toml (~/.config), else from /etc/decnet/decnet.toml.",
      "`decnet --config FILE VERB ...` and $DECNET_CONFIG name one file instead; an empty name: none.",
      "",
      "  # decnet.toml",
      '  sensor = "edge-1"                 # for every verb that has --sensor',
      "  [probe]",
      "  rate = 20",
      '  deny = ["192.0.2.0/24"]           # flags that may be given again take a list',
      "",
      "EXAMPLES",
      "  decnet config",
      "  decnet config --show-origin probe",
      "  decnet config --check             # in ExecStartPre= of a unit",
    ].join("\n"),
  },
});
