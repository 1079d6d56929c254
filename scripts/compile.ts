/**
 * Builds one self-contained executable for each platform into dist/, with its SHA-256.
 *
 * First the code that is reached is bundled, cut up where it is loaded lazily (about 1.5 MB, most of it
 * the Docker client, which only `collect` loads; embedding the npm packages whole takes ten times that).
 * Then `deno compile` joins that with the runtime of each platform, which it downloads. Everything short
 * of the download is checked by tests/bundle_test.ts.
 *
 * Usage: deno task compile [TARGET...]
 */
import { sha256Hex } from "../lib/hash.ts";
import config from "../deno.json" with { type: "json" };

/**
 * Native parts that packages look for and do without: nothing is built for any platform. (ssh2 asks for them
 * by these names.)
 */
const NATIVE_PARTS = ["../build/Release/cpufeatures.node", "./crypto/build/Release/sshcrypto.node"];

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

/** The flags for V8 in the task `decnet` of deno.json: a small young generation, which saves memory. */
export function v8Flags(): string[] {
  return config.tasks.decnet.split(" ").filter((word) => word.startsWith("--v8-flags="));
}

/** The command line that bundles `entry` into `folder`, as a file of the same name and others beside it. */
export function bundleArguments(folder: string, entry = "main.ts"): string[] {
  const external = NATIVE_PARTS.flatMap((part) => ["--external", part]);
  return ["bundle", "--minify", "--code-splitting", ...external, "--outdir", folder, entry];
}

/** The command line that builds for `target` out of the bundle in `folder`. */
export function compileArguments(
  folder: string,
  target: string,
  output = executablePath(target),
): string[] {
  return [
    ...["compile", "--no-config", "--no-prompt"],
    ...permissionFlags(),
    ...v8Flags(),
    ...["--target", target, "--output", output, `${folder}/main.js`],
  ];
}

/** Where the executable for `target` goes. */
export function executablePath(target: string): string {
  return `dist/decnet-${target}${target.includes("windows") ? ".exe" : ""}`;
}

if (import.meta.main) {
  const targets: readonly string[] = Deno.args.length > 0 ? Deno.args : COMPILE_TARGETS;
  const unknown = targets.find((target) => !COMPILE_TARGETS.some((known) => known === target));
  if (unknown !== undefined) {
    // deno-lint-ignore no-console -- it is a script
    console.error(`no target "${unknown}"; there are ${COMPILE_TARGETS.join(", ")}`);
    Deno.exit(2);
  }
  await Deno.mkdir("dist", { recursive: true });
  const folder = await Deno.makeTempDir();
  await deno(bundleArguments(folder));
  const sums: string[] = [];
  for (const target of targets) {
    await deno(compileArguments(folder, target));
    const path = executablePath(target);
    sums.push(`${sha256Hex(await Deno.readFile(path))}  ${path.slice("dist/".length)}\n`);
  }
  await Deno.remove(folder, { recursive: true });
  await Deno.writeTextFile("dist/SHA256SUMS", sums.join(""));
}

async function deno(args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
