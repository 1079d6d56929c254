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

/** What stands for itself after a command: a closed set of words, hosts, or else files. */
function argumentsAfter(name: string, commands: readonly CompletedCommand[]): readonly string[] {
  if (name === "completions") return SHELLS;
  const names = commands.map((command) => command.name);
  if (name === "man") return names;
  // Those two are about the verbs that settings may steer.
  return name === "doctor" || name === "config"
    ? names.filter((verb) => !["config", "completions", "man"].includes(verb))
    : [];
}

function writeBash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags }) => {
    const valued = flags.filter((flag) => flag.value !== undefined);
    const chosen = valued.filter((flag) => flag.choices.length > 0).map((flag) =>
      `        ${bashPattern(flag)}) ${bashReply(flag.choices)}; return ;;`
    );
    // Without a reply bash completes names of files by itself, and knows how to quote them.
    const others = valued.filter((flag) => flag.choices.length === 0).map(bashPattern);
    const words = argumentsAfter(name, commands);
    return [
      `    ${name})`,
      '      case "$prev" in',
      ...chosen,
      ...others.length > 0 ? [`        ${others.join("|")}) return ;;`] : [],
      "      esac",
      '      case "$cur" in',
      `        -*) ${bashReply(longNames(flags))} ;;`,
      ...words.length > 0 ? [`        *) ${bashReply(words)} ;;`] : [],
      "      esac ;;",
    ].join("\n");
  });
  return `# decnet completion for bash
_decnet() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" verb=1
  COMPREPLY=()
  # bash parts --flag=value into three words.
  if [ "$cur" = "=" ]; then
    cur=""
  elif [ "$prev" = "=" ]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "\${COMP_WORDS[1]}" = --config ]; then
    verb=3
  fi
  if [ "$COMP_CWORD" -eq "$verb" ]; then
    ${bashReply([...commands.map(({ name }) => name), "--help", "--version"])}
    return
  fi
  case "\${COMP_WORDS[verb]}" in
${cases.join("\n")}
  esac
}
complete -o default -F _decnet decnet
`;
}

function bashReply(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$cur"))`;
}

function bashPattern({ long, short }: FlagRow): string {
  return short === undefined ? long : `${long}|${short}`;
}

function longNames(flags: readonly FlagRow[]): string[] {
  return flags.map((flag) => flag.long);
}

function writeZsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, flags }) => {
    const words = argumentsAfter(name, commands);
    const rest = words.length > 0 ? `(${words.join(" ")})` : name === "probe" ? "_hosts" : "_files";
    const specs = [...flags.flatMap(zshFlag), `'*:argument:${rest}'`];
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
    const words = argumentsAfter(name, commands);
    if (words.length > 0) lines.push(`complete -c decnet -f -n ${within} -a '${words.join(" ")}'`);
  }
  return `${lines.join("\n")}\n`;
}

function fishText(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
