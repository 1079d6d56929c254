/**
 * Installs the system tools that tests run against, where that is possible: as root, with apt-get.
 * Elsewhere it does nothing; tests that lack a tool are skipped and say which.
 */
import { findCommand, TEST_TOOLS, type TestTool } from "./test_tools.ts";

/** Debian asks this file whether a package may start its service (Policy 9.3.3.2). */
const POLICY = "/usr/sbin/policy-rc.d";
const FORBIDDEN_BY_POLICY = 101;

/** One installation at a time: the second would take the first one's policy for the machine's own. */
const LOCK = "/run/decnet-test-tools.lock";

/** What was missing and is there now; empty when nothing was to be done or could be. */
export async function installTestTools(): Promise<readonly string[]> {
  if (missingTools().length === 0 || Deno.uid() !== 0 || !findCommand("apt-get")) return [];
  using lock = await Deno.open(LOCK, { create: true, write: true });
  await lock.lock(true);
  const missing = missingTools();
  if (missing.length === 0) return [];
  await installPackages(missing);
  const stillMissing = new Set(missingTools());
  return missing.filter((tool) => !stillMissing.has(tool)).map((tool) => tool.command);
}

function missingTools(): TestTool[] {
  return TEST_TOOLS.filter((tool) => findCommand(tool.command) === undefined);
}

async function installPackages(tools: readonly TestTool[]): Promise<void> {
  // An interrupt must not leave the policy behind; apt-get gets it too and ends.
  let interrupted = false;
  const onInterrupt = () => interrupted = true;
  Deno.addSignalListener("SIGINT", onInterrupt);
  const ownsPolicy = await forbidDaemons();
  try {
    await aptGet("update");
    const packages = await choosePackages(tools);
    if (packages.length > 0) await aptGet("install", "--no-install-recommends", ...packages);
  } finally {
    if (ownsPolicy) await Deno.remove(POLICY);
    Deno.removeSignalListener("SIGINT", onInterrupt);
    if (interrupted) Deno.exit(130);
  }
}

/** Makes the policy unless the machine has one; true when it did. */
async function forbidDaemons(): Promise<boolean> {
  // Should this process be killed, its leftover forbids nothing any more.
  const policy = `#!/bin/sh\n[ -d /proc/${Deno.pid} ] && exit ${FORBIDDEN_BY_POLICY}\nexit 0\n`;
  try {
    await Deno.writeTextFile(POLICY, policy, { createNew: true, mode: 0o755 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** For each tool the first of its packages that this release of the system has. */
async function choosePackages(tools: readonly TestTool[]): Promise<string[]> {
  const chosen: string[] = [];
  for (const { packages } of tools) {
    for (const name of packages) {
      // Packages that others only mention have no candidate.
      if (!/^ +Candidate: (?!\(none\))/m.test(await output("apt-cache", ["policy", name]))) {
        continue;
      }
      chosen.push(name);
      break;
    }
  }
  return chosen;
}

async function aptGet(...args: string[]): Promise<void> {
  await output("apt-get", ["-y", "-q", "-o", "DPkg::Lock::Timeout=300", ...args]);
}

/** Runs a command in silence. @throws {Error} with all it printed when it fails. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout);
  if (!success) {
    throw new Error(`${command} ${args.join(" ")} failed:\n${printed}${decoder.decode(stderr)}`);
  }
  return printed;
}

if (import.meta.main) await installTestTools();
