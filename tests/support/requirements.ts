/** Tests that need something of the system, and are skipped by name where it is missing. */
import { findCommand, type ToolCommand } from "../../scripts/test_tools.ts";

/** Something that a test cannot do without. */
export interface Requirement {
  /** Why the test cannot run here, in a few words; undefined when it can. */
  unmet(): string | undefined;
  /** True for what no machine is expected to have: without it the test is not even skipped. */
  readonly optional?: boolean;
}

/** A version of an installed tool, compared up to the part that decides how it behaves. */
export interface VersionRequirement {
  readonly tool: ToolCommand;
  /** Arguments that make the tool print its version. */
  readonly args: readonly string[];
  /** Finds the version in what it prints. */
  readonly pattern: RegExp;
  /** The series that is needed, say `1.22`. */
  readonly series: string;
}

/** The tool is installed. */
export function installed(tool: ToolCommand): Requirement {
  return { unmet: () => findCommand(tool) === undefined ? `no ${tool}` : undefined };
}

/** The tool is installed in a version of the given series. */
export function versionOf({ tool, args, pattern, series }: VersionRequirement): Requirement {
  return {
    unmet: () => {
      const path = findCommand(tool);
      if (path === undefined) return `no ${tool}`;
      const { stdout, stderr } = new Deno.Command(path, { args: [...args] }).outputSync();
      const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      const version = pattern.exec(printed)?.[0] ?? "of an unknown version";
      return version === series || version.startsWith(`${series}.`)
        ? undefined
        : `${tool} is ${version}, the reference values are those of ${series}`;
    },
  };
}

/** This process may trace others, which some containers forbid. */
export const MAY_TRACE: Requirement = {
  unmet: () => {
    const path = findCommand("strace");
    if (path === undefined) return "no strace";
    const { success } = new Deno.Command(path, { args: ["-o", "/dev/null", "true"] }).outputSync();
    return success ? undefined : "strace may not trace here";
  },
};

/**
 * Registers a test, or an ignored one whose name tells what is missing.
 *
 * @param needs tools by their command, and other requirements
 */
export function testNeeding(
  needs: readonly (ToolCommand | Requirement)[],
  name: string,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  const unmet = needs
    .map((need) => typeof need === "string" ? installed(need) : need)
    .map((need) => ({ need, reason: need.unmet() }))
    .filter(({ reason }) => reason !== undefined);
  if (unmet.some(({ need }) => need.optional === true)) return;
  const reasons = unmet.map(({ reason }) => reason);
  if (reasons.length === 0) Deno.test(name, fn);
  else Deno.test.ignore(`${name} [skipped: ${[...new Set(reasons)].join("; ")}]`, fn);
}
