/** Examines the machine and prints what it found. */
import { checkDocker } from "../lib/doctor/docker.ts";
import type { Finding, FindingStatus } from "../lib/doctor/finding.ts";
import { checkDisk, checkWritable } from "../lib/doctor/folder.ts";
import { checkLog } from "../lib/doctor/log_growth.ts";
import { escapeForTerminal } from "../lib/terminal/escape.ts";
import { logPaths } from "../lib/event/log_pair.ts";
import { VERSION } from "../lib/version.ts";
import type { AppContext } from "./context.ts";
import type { DoctorFlags } from "./doctor.ts";
import { checkCapture, checkClock, checkPrivileges } from "./doctor_machine.ts";
import { EXIT, UsageError } from "./exit_code.ts";
import { logBase } from "./log_output.ts";
import { nearestHint } from "./nearest.ts";
import { checkedFiles, settableVerbs } from "./settings_context.ts";
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

async function examine(
  { out, state }: DoctorFlags,
  context: Pick<AppContext, "commands" | "settingsFile">,
): Promise<Finding[]> {
  const { os, arch } = Deno.build;
  const files = await checkedFiles(context);
  const settings = files.map(({ path }) => path).join(" ") || "no file, the defaults";
  const program = `decnet ${VERSION}, Deno ${Deno.version.deno}, ${os} ${arch}`;
  const statePath = state ?? defaultStatePath();
  return [
    { verb: "all", check: "program", status: "ok", found: program },
    { verb: "all", check: "settings", status: "ok", found: settings },
    checkClock(),
    ...checkCapture(),
    ...checkPrivileges(),
    await checkDocker(Deno.env.toObject()),
    ...REMEMBERING.map((verb) => checkWritable(verb, "state", statePath, "--state PATH")),
    checkDisk("all", statePath),
    ...logFindings(out),
  ];
}

function logFindings(out: string | undefined): Finding[] {
  const base = logBase({ out });
  if (base === undefined) {
    const found = "none: events go to standard output alone";
    return [{ verb: "all", check: "log", status: "ok", found }];
  }
  const { log, json } = logPaths(base);
  const now = Date.now();
  return [
    ...WRITERS.map((verb) => checkWritable(verb, "log", log, "--out BASE")),
    checkDisk("all", log),
    ...checkLog("all", log, now),
    ...checkLog("all", json, now),
  ];
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
