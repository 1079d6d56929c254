/** How an engine rotates a container's log. */

/** Units of `max-size`, as Docker counts them. */
const UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/**
 * Drivers that keep files, with the bytes of an empty line in them and their `max-size` by default. (An
 * empty line of json-file is `{"log":"\n","stream":"stdout","time":"2026-01-02T03:04:05.000000006Z"}`.)
 */
const DRIVERS: Readonly<Record<string, { readonly perLine: number; readonly maxSize: string }>> = {
  "json-file": { perLine: 64, maxSize: "-1" },
  local: { perLine: 24, maxSize: "20m" },
};

/**
 * Lines that a file of the log may hold at most; 0 when it is never rotated, or not as a file.
 *
 * @param logConfig `HostConfig.LogConfig` of a container
 */
export function linesPerFile(logConfig: unknown): number {
  const { Type, Config } = Object(logConfig) as { Type?: unknown; Config?: unknown };
  const driver = typeof Type === "string" && Object.hasOwn(DRIVERS, Type)
    ? DRIVERS[Type]
    : undefined;
  if (driver === undefined) return 0;
  const option = Object(Config)["max-size"];
  const bytes = parseSize(typeof option === "string" && option !== "" ? option : driver.maxSize);
  return Math.ceil(bytes / driver.perLine);
}

/** Bytes of `10m`; 0 for `-1`, which is no limit, and for what is no size. */
function parseSize(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,6})?) ?([bkmg]?)(?:i?b)?$/i.exec(text.trim());
  return match === null ? 0 : Math.ceil(Number(match[1]) * UNITS[match[2]!.toLowerCase() || "b"]!);
}
