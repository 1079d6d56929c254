/** Messages on stderr: text for people, JSON lines for machines; never data. */
import {
  configureSync,
  getJsonLinesFormatter,
  getLogger,
  type Logger,
  type LogLevel,
  type LogRecord,
} from "@logtape/logtape";
import { escapeForTerminal } from "../lib/terminal/escape.ts";

/** How much to say, and in which form. */
export interface MessageOptions {
  readonly verb: string;
  readonly quiet: boolean;
  readonly verbose: number;
  readonly format: "text" | "json";
  /** Takes a message, with its newline. */
  readonly write: (text: string) => void;
}

/** Starts logging for a verb. Errors and warnings are always told. */
export function startMessages(options: MessageOptions): Logger {
  const json = getJsonLinesFormatter();
  const format = options.format === "json" ? json : formatText;
  const lowestLevel: LogLevel = options.verbose > 0 ? "debug" : options.quiet ? "warning" : "info";
  configureSync({
    reset: true,
    sinks: { stderr: (record: LogRecord) => options.write(format(record)) },
    loggers: [
      { category: "decnet", lowestLevel, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  return getLogger(["decnet", options.verb]);
}

const LABELS: Readonly<Partial<Record<LogLevel, string>>> = {
  warning: "warning: ",
  error: "error: ",
  fatal: "error: ",
};

/** `decnet: text`; parts of a message may come from the network. */
function formatText({ level, message }: LogRecord): string {
  const text = message.map((part) => escapeForTerminal(String(part))).join("");
  return `decnet: ${LABELS[level] ?? ""}${text}\n`;
}
