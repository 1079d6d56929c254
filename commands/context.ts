/** What a command gets from the world. */
import type { Command, CommandContext } from "@stricli/core";
import { writeAll } from "../lib/event/write_all.ts";
import { systemReason } from "../lib/system_error.ts";
import { UserError } from "./exit_code.ts";

/** Standard streams, environment and the exit code to come, for stricli and for commands. */
export interface AppContext extends CommandContext {
  readonly process: {
    readonly stdout: { write(text: string): void };
    readonly stderr: { write(text: string): void };
    readonly env: Readonly<Record<string, string | undefined>>;
    exitCode?: number | string | null;
  };
  /** Every command by its name, for those that describe the others. */
  readonly commands: Readonly<Record<string, Command<AppContext>>>;
  /** The settings file that was named; empty for none, undefined for the usual ones. */
  readonly settingsFile: string | undefined;
}

/** The context of this process. */
export function processContext(
  commands: AppContext["commands"],
  settingsFile: string | undefined,
): AppContext {
  return {
    commands,
    settingsFile,
    process: {
      stdout: {
        write: (text) => {
          const error = writeText(Deno.stdout, text);
          // The reader has seen enough (`| head`).
          if (error === undefined || error instanceof Deno.errors.BrokenPipe) return;
          throw new UserError(`standard output: ${systemReason(error)}`);
        },
      },
      stderr: { write: tellUser },
      // stricli colours its help by this; we print plain text everywhere.
      env: { STRICLI_NO_COLOR: "1", STRICLI_SKIP_VERSION_CHECK: "1" },
    },
  };
}

/** Writes `text` to stderr; there is nowhere to tell that it fails. */
export function tellUser(text: string): void {
  writeText(Deno.stderr, text);
}

/** Writes `text`; returns why it could not. */
function writeText(stream: { writeSync(bytes: Uint8Array): number }, text: string): unknown {
  return writeAll((bytes) => stream.writeSync(bytes), new TextEncoder().encode(text)).error;
}
