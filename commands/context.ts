/** What a command gets from the world. */
import type { Command, CommandContext } from "@stricli/core";

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
      stdout: textStream(Deno.stdout),
      stderr: textStream(Deno.stderr),
      // stricli colours its help by this; we print plain text everywhere.
      env: { STRICLI_NO_COLOR: "1", STRICLI_SKIP_VERSION_CHECK: "1" },
    },
  };
}

function textStream(stream: { writeSync(bytes: Uint8Array): number }) {
  const encoder = new TextEncoder();
  return {
    write(text: string): void {
      let rest = encoder.encode(text);
      try {
        while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
      } catch (error) {
        // The reader has seen enough (`| head`).
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
    },
  };
}
