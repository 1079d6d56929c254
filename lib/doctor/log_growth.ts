/** How fast a log grows, and whether something rotates it. */
import { statfsSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Finding } from "./finding.ts";
import { formatBytes } from "./folder.ts";

/** From this size on a log that nothing rotates is worth a word. */
const LARGE_BYTES = 100 * 1024 ** 2;

const DAY_MS = 86_400_000;

/** A disk that is full within this many days is worth a word, too. */
const SOON_DAYS = 30;

/** Of the log's begin: room for the time of its first event. */
const HEAD_BYTES = 4096;

/** Where logrotate's rules are. */
const LOGROTATE = "/etc/logrotate.d";

/**
 * Looks at the log at `path`.
 *
 * @param now milliseconds since the epoch
 * @param rules folder of logrotate's rules
 * @returns what it found; nothing where there is no log yet
 */
export function checkLog(verb: string, path: string, now: number, rules = LOGROTATE): Finding[] {
  const file = statOf(path);
  // A pipe does not grow, and would keep us waiting for whoever writes to it.
  if (file === undefined || !file.isFile) return [];
  const { size } = file;
  const findings: Finding[] = [];
  const began = firstTime(path);
  const days = began === undefined ? 0 : (now - began) / DAY_MS;
  const perDay = days > 0 ? size / days : 0;
  const left = freeBytes(path);
  const rule = ruleFor(path, rules);
  const isRotated = rule !== undefined || hasRotated(path);
  const growth = perDay > 0 ? `, ${formatBytes(perDay)} a day` : "";
  const found = `${path}: ${formatBytes(size)}${growth}${isRotated ? ", rotated" : ""}`;
  const full = perDay > 0 ? left / perDay : Infinity;
  const endless = !isRotated && (size > LARGE_BYTES || full < SOON_DAYS);
  findings.push(
    endless
      ? {
        verb,
        check: "log growth",
        status: "warning",
        found: full < SOON_DAYS ? `${found}; the disk is full in ${Math.ceil(full)} days` : found,
        remedy: "collect --max-size 100M --keep 10, or a rule for logrotate",
      }
      : { verb, check: "log growth", status: "ok", found },
  );
  if (rule?.copies === true) {
    findings.push({
      verb,
      check: "log rotation",
      status: "warning",
      found: `${rule.path} says copytruncate, which loses what is written while it copies`,
      remedy:
        "take copytruncate out and send SIGHUP after rotation, or let it be: logs are reopened",
    });
  }
  return findings;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** Time of the first line, which is JSON or RFC 5424. */
function firstTime(path: string): number | undefined {
  try {
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(HEAD_BYTES);
    const length = file.readSync(bytes) ?? 0;
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)/.exec(text)?.[0];
    const at = time === undefined ? NaN : Date.parse(time);
    return Number.isNaN(at) ? undefined : at;
  } catch {
    return undefined;
  }
}

function freeBytes(path: string): number {
  const { bsize, bavail } = statfsSync(dirname(path));
  return bsize * bavail;
}

function hasRotated(path: string): boolean {
  const name = basename(path);
  for (const entry of Deno.readDirSync(dirname(path))) {
    if (entry.name.startsWith(`${name}.`) || entry.name.startsWith(`${name}-`)) return true;
  }
  return false;
}

/** The rule that names the log's folder or the log itself, as far as plain reading tells. */
function ruleFor(path: string, rules: string): { path: string; copies: boolean } | undefined {
  try {
    for (const { name, isFile } of Deno.readDirSync(rules)) {
      if (!isFile) continue;
      const text = Deno.readTextFileSync(`${rules}/${name}`);
      const block = text.split("}").find((part) =>
        part.includes(path) || part.includes(`${dirname(path)}/*`)
      );
      if (block !== undefined) {
        return { path: `${rules}/${name}`, copies: /^\s*copytruncate\b/m.test(block) };
      }
    }
  } catch {
    // No logrotate here, or its rules are not for our eyes.
  }
  return undefined;
}
