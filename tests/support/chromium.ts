/** Pages as a browser sees them. */
import { inflateSync } from "node:zlib";
import { concatBytes } from "../../lib/bytes.ts";
import { findCommand } from "../../scripts/test_tools.ts";
import type { Requirement } from "./requirements.ts";

/** Far beyond what a page may take. */
const HANGS_AFTER_MS = 240_000;

/** Debian's name for it, and others'. */
const COMMANDS = ["chromium", "chromium-browser", "google-chrome"];

function chromiumPath(): string | undefined {
  return COMMANDS.map(findCommand).find((path) => path !== undefined);
}

/** A Chromium is installed. */
export const CHROMIUM: Requirement = {
  unmet: () => chromiumPath() === undefined ? "no chromium" : undefined,
};

/** What became of a page. */
export interface RenderedPage {
  /** The document as it stands after loading, serialised. */
  readonly dom: string;
  /** What the browser said, refusals by the page's policy included. */
  readonly log: string;
}

/**
 * Loads the file `path` and waits until it is through. Of all hosts, the browser can reach 127.0.0.1
 * only. @param folder for what the browser keeps
 */
export async function renderInChromium(path: string, folder: string): Promise<RenderedPage> {
  const { stdout, stderr } = await chromium(path, folder, ["--dump-dom"]);
  return { dom: stdout, log: stderr };
}

/** As {@linkcode renderInChromium}; draws the page into a PNG file. */
export async function drawInChromium(
  path: string,
  folder: string,
  { png, dark = false }: { readonly png: string; readonly dark?: boolean },
): Promise<void> {
  await chromium(path, folder, [
    ...["--window-size=1280,2000", `--screenshot=${png}`],
    ...(dark ? ["--blink-settings=preferredColorScheme=0"] : []),
  ]);
}

/** The colour of the pixel in the upper left corner of a PNG file: six hex digits. */
export async function cornerColour(png: string): Promise<string> {
  const bytes = await Deno.readFile(png);
  const view = new DataView(bytes.buffer);
  const packed: Uint8Array<ArrayBuffer>[] = [];
  // Chunks after the signature: length, type, data, checksum (PNG, third edition, section 5.3).
  for (let at = 8; at < bytes.length; at += view.getUint32(at) + 12) {
    const type = new TextDecoder().decode(bytes.subarray(at + 4, at + 8));
    if (type === "IDAT") packed.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const pixels = inflateSync(concatBytes(...packed));
  // Behind the filter of the row. Whichever it is: this pixel has no neighbours to differ from.
  return new Uint8Array(pixels.subarray(1, 4)).toHex();
}

async function chromium(path: string, folder: string, flags: readonly string[]) {
  const child = new Deno.Command(chromiumPath()!, {
    args: [
      ...["--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars"],
      // Tests often run as root, and in containers, where its own sandbox cannot be made.
      ...["--no-sandbox", "--disable-dev-shm-usage"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      `--user-data-dir=${folder}/chromium`,
      ...["--enable-logging=stderr", "--log-level=0"],
      ...flags,
      `file://${path}`,
    ],
    signal: AbortSignal.timeout(HANGS_AFTER_MS),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const output = { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  if (!success) throw new Error(`chromium failed:\n${output.stderr}`);
  return output;
}
