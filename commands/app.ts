/** The command tree, and how its errors read. */
import {
  type Application,
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  formatMessageForArgumentScannerError,
  run,
  text_en,
} from "@stricli/core";
import { collectCommand } from "./collect.ts";
import { completionsCommand } from "./completions.ts";
import { configCommand } from "./config.ts";
import { type AppContext, processContext, tellUser } from "./context.ts";
import { doctorCommand } from "./doctor.ts";
import { EXIT, formatError, UserError } from "./exit_code.ts";
import { commandHelp, overviewHelp } from "./help.ts";
import { manCommand } from "./man.ts";
import { probeCommand } from "./probe.ts";
import { profileCommand } from "./profile.ts";
import { splitShortFlags } from "./short_flags.ts";
import { argumentsOf, type Setting } from "./settings.ts";
import { settingsFor, splitConfigFlag } from "./settings_context.ts";
import { sniffCommand } from "./sniff.ts";
import { tailCommand } from "./tail.ts";
import { workersCommand } from "./workers.ts";

/** Every command by its name. A new verb is a file beside this and a line here. */
const COMMANDS = {
  probe: probeCommand,
  sniff: sniffCommand,
  collect: collectCommand,
  tail: tailCommand,
  profile: profileCommand,
  workers: workersCommand,
  doctor: doctorCommand,
  config: configCommand,
  completions: completionsCommand,
  man: manCommand,
};

const SEE_HELP = "decnet --help lists the commands";

const ROUTES = buildRouteMap({
  routes: COMMANDS,
  docs: { brief: "Turns attacks on decoys into evidence" },
});

/** @param settings what stands behind flags that the user did not type */
function application(settings: readonly Setting[]): Application<AppContext> {
  return buildApplication<AppContext>(ROUTES, {
    name: "decnet",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: {
      text: {
        ...text_en,
        noCommandRegisteredForInput: ({ input, corrections }) =>
          formatError(
            new UserError(
              `no command "${input}"`,
              corrections.length > 0
                ? `did you mean ${corrections.join(" or ").replaceAll("`", "")}?`
                : SEE_HELP,
            ),
          ),
        exceptionWhileParsingArguments: (error) =>
          formatError(new UserError(describe(error, settings))),
        exceptionWhileLoadingCommandFunction: formatError,
        exceptionWhileRunningCommand: formatError,
        commandErrorResult: formatError,
      },
    },
    determineExitCode: (error) => error instanceof UserError ? error.code : EXIT.failed,
  });
}

/**
 * Runs decnet.
 *
 * @param args the command line without the program's name
 * @returns the exit code
 */
export async function runApp(args: readonly string[]): Promise<number> {
  try {
    const { args: own, file } = splitConfigFlag(args);
    return await runCommand(own, processContext(COMMANDS, file));
  } catch (error) {
    tellUser(`${formatError(error)}\n`);
    return error instanceof UserError ? error.code : EXIT.failed;
  }
}

async function runCommand(args: readonly string[], context: AppContext): Promise<number> {
  const { stdout, stderr } = context.process;
  if (args.length === 0) {
    stderr.write(overviewHelp(COMMANDS, columns()));
    return EXIT.usage;
  }
  const command = Object.entries(COMMANDS).find(([name]) => name === args[0]);
  if (asksForHelp(args) && (command !== undefined || args[0]!.startsWith("-"))) {
    stdout.write(
      command === undefined
        ? overviewHelp(COMMANDS, columns())
        : commandHelp(...command, columns()),
    );
    return EXIT.ok;
  }
  const typed = splitShortFlags(args, COMMANDS);
  const settings = command === undefined
    ? []
    : await settingsFor(command[0], typed.slice(1), context);
  const inserted = settings.flatMap(argumentsOf);
  await run(application(settings), [...typed.slice(0, 1), ...inserted, ...typed.slice(1)], context);
  const code = Number(context.process.exitCode ?? EXIT.ok);
  // stricli counts its own errors (unknown command, wrong arguments) downwards from -1.
  return code < 0 ? EXIT.usage : code;
}

/** True when `-h` or `--help` stands among the flags. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return args.slice(0, end).some((arg) => arg === "-h" || arg === "--help");
}

/** Width to write help for. */
function columns(): number {
  // Some terminals report a size of 0x0.
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns || 80 : 80;
}

function describe(error: unknown, settings: readonly Setting[]): string {
  if (!(error instanceof ArgumentScannerError)) {
    return error instanceof Error ? error.message : String(error);
  }
  return formatMessageForArgumentScannerError(error, {
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, exception }) =>
      `${flagName(name)}: ${exception instanceof Error ? exception.message : String(exception)}` +
      originOf(name, settings),
    FlagNotFoundError: ({ input, corrections }) =>
      `no flag --${input}` +
      (corrections.length > 0 ? `\n  hint: did you mean --${corrections.join(" or --")}?` : ""),
    AliasNotFoundError: ({ input }) => `no flag -${input}`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `--${externalFlagName}: "${input}" is none of ${values.join(", ")}` +
      originOf(externalFlagName, settings),
    UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} needs a value`,
    UnexpectedFlagError: ({ externalFlagName, input }) =>
      `--${externalFlagName} is given twice, the second time as "${input}"`,
    UnsatisfiedPositionalError: ({ placeholder }) => `${placeholder} is missing`,
    UnexpectedPositionalError: ({ input }) => `one argument too many: "${input}"`,
  });
}

/** stricli hands out flag names bare and placeholders of arguments in their own spelling. */
function flagName(name: string): string {
  return name === name.toUpperCase() || name.startsWith("-") ? name : `--${name}`;
}

/** Where the value of a flag came from, when the user did not type it. */
function originOf(name: string, settings: readonly Setting[]): string {
  const long = `--${name.replace(/^-+/, "")}`;
  const setting = settings.find(({ row }) => row.long === long);
  return setting === undefined ? "" : ` (from ${setting.origin})`;
}
