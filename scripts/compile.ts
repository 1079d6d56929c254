/**
 * Builds one self-contained executable for each platform into dist/, with its SHA-256.
 *
 * `deno compile` downloads the runtime for the platform, so this needs the network. With `--bundle`
 * only the code that is reached goes in (about 200 KiB beside the runtime; embedding the npm packages
 * whole takes twelve times that). Everything short of the download is checked by
 * tests/bundle_test.ts, which bundles in the same way and runs the result.
 *
 * Usage: deno task compile [TARGET...]
 */
import { sha256Hex } from "../lib/hash.ts";
import config from "../deno.json" with { type: "json" };

/** What makes the payload small; `deno bundle` takes them too. */
export const BUNDLE_FLAGS = ["--minify"] as const;

/** All platforms that Deno has a runtime for. */
export const COMPILE_TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** The permission set of deno.json, the one place where it is written down, as flags. */
export function permissionFlags(): string[] {
  return Object.entries(config.permissions.decnet).map(([name, granted]) =>
    granted === true ? `--allow-${name}` : `--allow-${name}=${(granted as string[]).join(",")}`
  );
}

/** The command line that builds for `target`. */
export function compileArguments(target: string, output = executablePath(target)): string[] {
  return [
    ...["compile", "--bundle", ...BUNDLE_FLAGS, "--frozen", "--no-prompt"],
    ...permissionFlags(),
    ...["--target", target, "--output", output, "main.ts"],
  ];
}

/** Where the executable for `target` goes. */
export function executablePath(target: string): string {
  return `dist/decnet-${target}${target.includes("windows") ? ".exe" : ""}`;
}

if (import.meta.main) {
  const targets = Deno.args.length > 0 ? Deno.args : COMPILE_TARGETS;
  await Deno.mkdir("dist", { recursive: true });
  const sums: string[] = [];
  for (const target of targets) {
    const { code } = await new Deno.Command(Deno.execPath(), { args: compileArguments(target) })
      .spawn().status;
    if (code !== 0) Deno.exit(code);
    const path = executablePath(target);
    sums.push(`${sha256Hex(await Deno.readFile(path))}  ${path.slice("dist/".length)}\n`);
  }
  await Deno.writeTextFile("dist/SHA256SUMS", sums.join(""));
}
