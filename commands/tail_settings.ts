/** What the flags of `decnet tail` ask for, checked. */
import { logPaths } from "../lib/event/log_pair.ts";
import { EventFilter } from "../lib/tail/event_filter.ts";
import { parseWhere } from "../lib/tail/where_parser.ts";
import { WhereError } from "../lib/tail/where_tokens.ts";
import { UsageError } from "./exit_code.ts";
import { reportsOverNetwork } from "./health.ts";
import { logBase } from "./log_output.ts";
import type { TailFlags } from "./tail_flags.ts";
import { tailLogName } from "./tail_sources.ts";
import { parseMoment } from "./tail_values.ts";

/** Where the log lies when nobody says so. */
const DEFAULT_BASE = "/var/log/decnet/decnet";

/** Events that are shown in the beginning. */
const DEFAULT_LINES = 10;

/** As {@linkcode TailSettings.flushPartial}, where nobody waits for more, nor comes back for it. */
const UNTOUCHED_MS = 1000;

/** Where reading begins, when no cursor says so. */
export type TailBegin =
  | { readonly at: "start" }
  | { readonly at: "since"; readonly since: number }
  | { readonly at: "last"; readonly count: number; readonly since: number | undefined };

/** The flags, understood. */
export interface TailSettings {
  readonly files: readonly string[];
  readonly filter: EventFilter;
  readonly begin: TailBegin;
  /** Microseconds since the epoch. */
  readonly until: number | undefined;
  readonly follow: boolean;
  /** Milliseconds without a change after which a last line without its newline is taken for whole. */
  readonly flushPartial: number | undefined;
}

/** @throws {UsageError} */
export function tailSettings(flags: TailFlags, files: readonly string[]): TailSettings {
  checkTogether(flags);
  const now = Date.now() * 1000;
  const since = moment("--since", flags.since, now);
  const until = moment("--until", flags.until, now);
  // What is to come is too late.
  const follow = !flags.noFollow && !(until !== undefined && until <= now);
  const isForGood = !follow && flags.cursor === undefined;
  return {
    files: files.length > 0
      ? [...new Map(files.map((file) => [tailLogName(file), file])).values()]
      : [defaultFile()],
    filter: filterOf(flags, since, until),
    begin: beginOf(flags, since),
    until,
    follow,
    flushPartial: flags.flushPartial ?? (isForGood ? UNTOUCHED_MS : undefined),
  };
}

function checkTogether(flags: TailFlags): void {
  const { fromStart, lines, since, countBy, every, to, shape, header, cert, key, ca } = flags;
  if (fromStart && (lines !== undefined || since !== undefined)) {
    throw new UsageError("--from-start does not go with --lines or --since");
  }
  if (flags.noFollow && reportsOverNetwork(flags)) {
    throw new UsageError(
      "--hub and --metrics are for a tail that follows",
      "leave out --no-follow",
    );
  }
  if (every !== undefined && countBy === undefined) {
    throw new UsageError("--every needs --count-by KEY");
  }
  if (flags.full && (flags.format !== undefined || flags.json)) {
    throw new UsageError("--full is for eyes", "leave out --format and --json");
  }
  if (to === undefined) {
    const given = shape ?? header ?? cert ?? key ?? ca;
    if (given !== undefined) {
      throw new UsageError("--shape, --header, --ca, --cert and --key need --to URL");
    }
  } else if (countBy !== undefined || flags.full || flags.fields !== undefined) {
    throw new UsageError("--count-by, --full and --fields do not go with --to");
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("--cert and --key go together");
  }
}

function defaultFile(): string {
  return logPaths(logBase({}) ?? DEFAULT_BASE).json;
}

function moment(flag: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseMoment(text, now);
  } catch (error) {
    throw new UsageError(`${flag}: ${(error as Error).message}`);
  }
}

function beginOf(flags: TailFlags, since: number | undefined): TailBegin {
  if (flags.lines !== undefined) return { at: "last", count: flags.lines, since };
  if (since !== undefined) return { at: "since", since };
  // A shipper that starts, and a count of all there is, are not about the last ten.
  const isAboutAll = flags.fromStart || flags.cursor !== undefined ||
    flags.noFollow && flags.countBy !== undefined;
  return isAboutAll ? { at: "start" } : { at: "last", count: DEFAULT_LINES, since };
}

function filterOf(
  { ip, decky, service, type, where, grep }: TailFlags,
  since: number | undefined,
  until: number | undefined,
): EventFilter {
  try {
    return new EventFilter({
      ip: ip?.flat(),
      decky: decky?.flat(),
      service: service?.flat(),
      type: type?.flat(),
      where: where === undefined ? undefined : parseWhere(where),
      grep,
      since,
      until,
    });
  } catch (error) {
    if (error instanceof WhereError) throw new UsageError(`--where: ${error.message}`);
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
