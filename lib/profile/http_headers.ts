/** Single headers out of what decoys write as `headers`: JSON, or the text of a Python dictionary. */

/** Names of the headers that tell of tools. */
const WANTED = ["user-agent", "x-mailer"] as const;

/** Headers by lower-case name. */
export type ToolHeaders = Readonly<Partial<Record<(typeof WANTED)[number], string>>>;

/** Longest text that is looked at. */
const MAX_LENGTH = 8192;

/** The headers that tell of tools. */
export function toolHeaders(value: unknown): ToolHeaders {
  if (typeof value === "string") {
    const text = value.slice(0, MAX_LENGTH);
    const parsed = parseObject(text);
    return parsed === undefined ? fromPython(text) : fromObject(parsed);
  }
  return typeof value === "object" && value !== null ? fromObject(value) : {};
}

function fromObject(headers: object): ToolHeaders {
  const found: Partial<Record<string, string>> = {};
  for (const [name, value] of Object.entries(headers)) {
    const wanted = WANTED.find((header) => header === name.toLowerCase());
    if (wanted !== undefined && typeof value === "string") found[wanted] = value;
  }
  return found;
}

/** `{'User-Agent': 'curl/8.0', ...}`: searched, not parsed; a quote inside a value ends it. */
function fromPython(text: string): ToolHeaders {
  const lower = text.toLowerCase();
  const found: Partial<Record<string, string>> = {};
  for (const header of WANTED) {
    const at = lower.indexOf(`'${header}':`);
    if (at < 0) continue;
    const start = at + header.length + 3;
    const open = text.slice(start, start + 2).trimStart()[0];
    if (open !== "'" && open !== '"') continue;
    const first = text.indexOf(open, start) + 1;
    const end = text.indexOf(open, first);
    if (end >= 0) found[header] = text.slice(first, end);
  }
  return found;
}

function parseObject(text: string): object | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
