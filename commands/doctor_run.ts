/** Examines the machine and prints what it found. */
import { checkDocker } from "../lib/doctor/docker.ts";
import type { Finding, FindingStatus } from "../lib/doctor/finding.ts";
import { checkDisk, checkWritable } from "../lib/doctor/folder.ts";
import { checkLog } from "../lib/doctor/log_growth.ts";
import { isBusAddress } from "../lib/bus/bus_address.ts";
import { withoutSecrets } from "../lib/text/without_secrets.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import { logPaths } from "../lib/event/log_pair.ts";
import { VERSION } from "../lib/version.ts";
import type { AppContext } from "./context.ts";
import type { DoctorFlags } from "./doctor.ts";
import { checkCapture, checkClock, checkPrivileges } from "./doctor_machine.ts";
import { EXIT, UsageError } from "./exit_code.ts";
import { logBase } from "./log_output.ts";
import { nearestHint } from "./nearest.ts";
import { checkedFiles, settableVerbs, settingsFor } from "./settings_context.ts";
import { defaultStatePath } from "./state_path.ts";
import { stdoutStyle } from "./stdout_form.ts";

/** Verbs that append to a log. */
const WRITERS = ["probe", "sniff", "collect"];

/** Verbs that keep state. */
const REMEMBERING = ["probe", "collect"];

const MARKS: Readonly<Record<FindingStatus, string>> = {
  ok: "ok     ",
  warning: "warning",
  lacks: "lacks  ",
};

/** Runs `decnet doctor`. @throws {UsageError} */
export async function examineMachine(
  this: AppContext,
  flags: DoctorFlags,
  ...verbs: string[]
): Promise<void> {
  checkVerbs(verbs, settableVerbs(this.commands).map(({ name }) => name));
  const all = await examine(flags, this);
  const findings = verbs.length === 0
    ? all
    : all.filter(({ verb }) => verb === "all" || verbs.includes(verb));
  const json = flags.json || !Deno.stdout.isTerminal();
  this.process.stdout.write(
    findings.map((finding) => `${json ? JSON.stringify(finding) : readable(finding)}\n`).join(""),
  );
  if (findings.some(({ status }) => status === "lacks")) this.process.exitCode = EXIT.failed;
}

type Settings = Pick<AppContext, "commands" | "settingsFile">;

async function examine({ out, state }: DoctorFlags, context: Settings): Promise<Finding[]> {
  const { os, arch } = Deno.build;
  const files = await checkedFiles(context);
  const settings = files.map(({ path }) => path).join(" ") || "no file, the defaults";
  const program = `decnet ${VERSION}, Deno ${Deno.version.deno}, ${os} ${arch}`;
  return [
    { verb: "all", check: "program", status: "ok", found: program },
    { verb: "all", check: "settings", status: "ok", found: settings },
    checkClock(),
    ...checkCapture(),
    ...checkPrivileges(),
    await checkDocker(Deno.env.toObject()),
    ...stateFindings(await places(REMEMBERING, "state", state, context)),
    ...logFindings(await places(WRITERS, "out", out, context)),
  ];
}

/**
 * What `--state` or `--out` is for each verb: what was typed, else what its own settings say. Where they are
 * for every verb, doctor has them as a flag of its own, and a verb may have others all the same.
 */
async function places(
  verbs: readonly string[],
  flag: "state" | "out",
  given: string | undefined,
  context: Settings,
): Promise<[verb: string, place: string | undefined][]> {
  const set = async (verb: string) => {
    const settings = await settingsFor(verb, [], context);
    const value = settings.find(({ row }) => row.long === `--${flag}`)?.value;
    return typeof value === "object" ? value[0] : undefined;
  };
  const typed = given === await set("doctor") ? undefined : given;
  return await Promise.all(
    verbs.map(async (verb): Promise<[string, string | undefined]> => [
      verb,
      typed ?? await set(verb),
    ]),
  );
}

function stateFindings(states: readonly [verb: string, state: string | undefined][]): Finding[] {
  const files = new Set<string>();
  const findings = states.map(([verb, named]): Finding => {
    if (named !== undefined && isBusAddress(named)) {
      const found = `a bucket, which is not asked: ${withoutSecrets(named)}`;
      return { verb, check: "state", status: "ok", found };
    }
    const path = named ?? defaultStatePath();
    files.add(path);
    return checkWritable(verb, "state", path, "--state PATH");
  });
  return [...findings, ...[...files].map((path) => checkDisk("all", path))];
}

function logFindings(logs: readonly [verb: string, out: string | undefined][]): Finding[] {
  const bases = logs.map(([verb, out]) => [verb, logBase({ out })] as const);
  const found = "none: events go to standard output alone";
  if (bases.every(([, base]) => base === undefined)) {
    return [{ verb: "all", check: "log", status: "ok", found }];
  }
  const now = Date.now();
  const findings = bases.map(([verb, base]): Finding =>
    base === undefined
      ? { verb, check: "log", status: "ok", found }
      : checkWritable(verb, "log", logPaths(base).log, "--out BASE")
  );
  for (const base of new Set(bases.map(([, base]) => base))) {
    if (base === undefined) continue;
    const { log, json } = logPaths(base);
    findings.push(
      checkDisk("all", log),
      ...checkLog("all", log, now),
      ...checkLog("all", json, now),
    );
  }
  return findings;
}

function checkVerbs(verbs: readonly string[], names: readonly string[]): void {
  for (const verb of verbs) {
    if (names.includes(verb)) continue;
    throw new UsageError(`no verb "${verb}"`, nearestHint(verb, names));
  }
}

function readable({ verb, check, status, found, remedy }: Finding): string {
  const style = stdoutStyle();
  const colour = { ok: style.green, warning: style.yellow, lacks: style.red }[status];
  const what = `${verb.padEnd(8)} ${check.padEnd(13)}`;
  const line = `${colour(MARKS[status])}  ${what} ${escapeForTerminal(found)}`;
  return remedy === undefined ? line : `${line}\n${" ".repeat(32)}-> ${escapeForTerminal(remedy)}`;
}
