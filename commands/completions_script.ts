/** Writes completion scripts out of the commands' flag tables. */
import type { AppContext } from "./context.ts";
import { type Shell, SHELLS } from "./shells.ts";
import { type FlagRow, flagTable } from "./flag_table.ts";

/** A command as a shell completes it. */
interface CompletedCommand {
  readonly name: string;
  readonly brief: string;
  readonly flags: readonly FlagRow[];
}

/** Prints the script for `shell` on stdout. */
export function printCompletions(this: AppContext, _flags: unknown, shell: Shell): void {
  const commands = Object.entries(this.commands)
    .map(([name, command]) => ({ name, brief: command.brief, flags: flagTable(command) }));
  this.process.stdout.write(WRITERS[shell](commands));
}

const WRITERS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: writeBash,
  zsh: writeZsh,
  fish: writeFish,
};

function writeBash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags }) => {
    const values = flags.filter((flag) => flag.value !== undefined).map((flag) => {
      const reply = flag.choices.length > 0
        ? `COMPREPLY=($(compgen -W "${flag.choices.join(" ")}" -- "$cur"))`
        : `COMPREPLY=($(compgen -f -- "$cur"))`;
      return `        ${bashPattern(flag)}) ${reply}; return ;;`;
    });
    const words = name === "completions" ? SHELLS.join(" ") : longNames(flags);
    return [
      `    ${name})`,
      '      case "$prev" in',
      ...values,
      "      esac",
      `      COMPREPLY=($(compgen -W "${words}" -- "$cur")) ;;`,
    ].join("\n");
  });
  return `# decnet completion for bash
_decnet() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${
    commands.map(({ name }) => name).join(" ")
  } --help --version" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
}
complete -F _decnet decnet
`;
}

function bashPattern({ long, short }: FlagRow): string {
  return short === undefined ? long : `${long}|${short}`;
}

function longNames(flags: readonly FlagRow[]): string {
  return flags.map((flag) => flag.long).join(" ");
}

function writeZsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags }) => {
    const specs = name === "completions"
      ? [`'1:shell:(${SHELLS.join(" ")})'`]
      : [...flags.flatMap(zshFlag), "'*:target:_hosts'"];
    return `    ${name}) _arguments -s ${specs.join(" \\\n      ")} ;;`;
  });
  const names = commands.map(({ name, brief }) => `'${name}:${zshText(brief)}'`);
  return `#compdef decnet
# decnet completion for zsh
_decnet() {
  if (( CURRENT == 2 )); then
    local -a commands=(${names.join(" ")})
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
compdef _decnet decnet
`;
}

function zshFlag(flag: FlagRow): string[] {
  const value = flag.value === undefined
    ? ""
    : flag.choices.length > 0
    ? `:value:(${flag.choices.join(" ")})`
    : ":value:_files";
  const spec = (name: string) => `'${name}[${zshText(flag.brief)}]${value}'`;
  return flag.short === undefined ? [spec(flag.long)] : [spec(flag.long), spec(flag.short)];
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, "\\$&");
}

function writeFish(commands: readonly CompletedCommand[]): string {
  const lines = ["# decnet completion for fish"];
  const subcommand = "__fish_use_subcommand";
  for (const { name, brief, flags } of commands) {
    lines.push(`complete -c decnet -f -n ${subcommand} -a ${name} -d ${fishText(brief)}`);
    const within = `'__fish_seen_subcommand_from ${name}'`;
    for (const flag of flags) {
      const short = flag.short === undefined ? "" : ` -s ${flag.short.slice(1)}`;
      const values = flag.choices.length > 0 ? ` -xa '${flag.choices.join(" ")}'` : "";
      const value = flag.value === undefined ? "" : values || " -r";
      const long = flag.long.slice(2);
      lines.push(
        `complete -c decnet -n ${within} -l ${long}${short}${value} -d ${fishText(flag.brief)}`,
      );
    }
    if (name === "completions") {
      lines.push(`complete -c decnet -f -n ${within} -a '${SHELLS.join(" ")}'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function fishText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
