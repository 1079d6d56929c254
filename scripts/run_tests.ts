/**
 * `deno task test [FILE|FLAG|WORD...]`: all tests, or those in the files and with the words in their
 * names. The last line of its output is `N passed, N failed`, with `, N skipped` where some were.
 */
import { installTestTools } from "./install_test_tools.ts";
import { countTests, type TestCount } from "./test_count.ts";

/** A file that cannot be loaded and the like: it did not come to a single test. */
const NOTHING_COUNTED: TestCount = { passed: 0, failed: 1, skipped: 0, skippedNames: [] };

/** Gives every test a deadline, so that one that hangs cannot hold up the others. */
const PRELOADED = `--preload=${new URL("../tests/support/deadline.ts", import.meta.url).pathname}`;

const encoder = new TextEncoder();

async function say(line: string): Promise<void> {
  const bytes = encoder.encode(`${line}\n`);
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await Deno.stdout.write(rest));
  }
}

/** Words that are neither flags nor files become one filter on test names. */
function testArguments(args: readonly string[]): string[] {
  const words = args.filter((arg) => !arg.startsWith("-") && !exists(arg));
  const others = args.filter((arg) => !words.includes(arg));
  if (words.length === 0) return others;
  const pattern = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|");
  return [`--filter=/${pattern}/`, ...others];
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs the tests and shows their output as it comes; undefined when it holds no summary. Types are what
 * `deno task check` is for: to check those of all modules once more takes as long as many tests.
 */
async function runTests(args: readonly string[]): Promise<[TestCount | undefined, number]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--parallel", PRELOADED, ...testArguments(args)],
    stdout: "piped",
  }).spawn();
  const [shown, counted] = child.stdout.tee();
  const showing = shown.pipeTo(Deno.stdout.writable, { preventClose: true });
  const count = await countTests(counted.pipeThrough(new TextDecoderStream()));
  await showing;
  return [count, (await child.status).code];
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const installed = await installTestTools();
    if (installed.length > 0) await say(`installed for the tests: ${installed.join(", ")}`);
  } catch (error) {
    // Without the tool its tests are skipped, and with CI=true that counts.
    await say(`could not install test tools: ${(error as Error).message}`);
  }
  const [count, exitCode] = await runTests(args);
  const { passed, skipped, skippedNames } = count ?? NOTHING_COUNTED;
  let { failed } = count ?? NOTHING_COUNTED;
  if (passed + failed + skipped === 0) {
    await say("no test matches");
    failed = 1;
  }
  if (exitCode !== 0 && failed === 0) failed = 1;
  const strict = Deno.env.get("CI") === "true";
  for (const name of skippedNames) {
    await say(strict ? `skipped, which is a failure with CI=true: ${name}` : `skipped: ${name}`);
  }
  if (strict) failed += skipped;
  const rest = strict || skipped === 0 ? "" : `, ${skipped} skipped`;
  await say(`${passed} passed, ${failed} failed${rest}`);
  return failed === 0 ? 0 : 1;
}

Deno.exit(await main(Deno.args));
