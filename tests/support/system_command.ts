/** Runs tools of the system. */
import { findCommand, type ToolCommand } from "../../scripts/test_tools.ts";

/** Path of a tool. @throws {Error} when it is not installed: a test should have asked for it. */
export function toolPath(tool: ToolCommand | "dropbearkey"): string {
  const path = findCommand(tool);
  if (path === undefined) throw new Error(`${tool} is not installed`);
  return path;
}

/** What a command printed, both streams in one. @throws {Error} with that when it fails. */
export async function systemCommand(
  command: string,
  args: readonly string[],
  options: { readonly stdin?: string } = {},
): Promise<string> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(options.stdin ?? ""));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`${command} ${args.join(" ")} failed:\n${printed}`);
  return printed;
}
