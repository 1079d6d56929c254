/** `decnet collect` and lines that nobody should print: giant, binary, torn, forged (F22, F24 to F26). */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const MIB = 1024 * 1024;

/** What never stands in a file that people look at: C0, DEL, C1, line separators, bidi controls. */
// deno-lint-ignore no-control-regex -- it is about them
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

interface Collected {
  readonly log: readonly string[];
  readonly events: readonly {
    readonly decky: string;
    readonly event_type: string;
    readonly attacker_ip: string;
    readonly fields: Readonly<Record<string, unknown>>;
    readonly msg?: string;
    readonly raw_line: string;
  }[];
  readonly peakMemory: number;
}

/** Collects what is on standard input. */
async function collect(
  { path }: TempFolder,
  stdin: string | Uint8Array<ArrayBuffer>,
  ...args: string[]
): Promise<Collected> {
  const base = `${path}/decnet`;
  const run = await decnet(["collect", "-", "--out", base, "--no-state", ...args], { stdin });
  assert.deepEqual([run.code, run.stdout], [0, ""], run.stderr);
  const lines = async (kind: string) => {
    const text = await Deno.readTextFile(`${base}.${kind}`);
    assert.ok(text === "" || text.endsWith("\n"), "the last line is torn");
    return text.split("\n").slice(0, -1);
  };
  const [log, json] = [await lines("log"), await lines("json")];
  for (const line of [...log, ...json]) assert.doesNotMatch(line, UNSAFE);
  const events = json.map((line) => JSON.parse(line));
  return { log, events, peakMemory: run.peakMemory };
}

function decoyLine(text: string): string {
  return `<134>1 2026-05-03T05:12:51Z omega ssh - login [r@1 a="b"] ${text}`;
}

Deno.test("F22: a line of 100 MB is cut, told as such, and keeps neither memory nor neighbours", async () => {
  await using folder = await tempFolder();
  const giant = new Uint8Array(100 * MIB).fill(0x78);
  const [head, tail] = [`${decoyLine("before")}\n`, `\n${decoyLine("behind")}\n`]
    .map((text) => new TextEncoder().encode(text));
  giant.set(head!);
  giant.set(new TextEncoder().encode(decoyLine("")), head!.length);
  giant.set(tail!, giant.length - tail!.length);
  const { log, events, peakMemory } = await collect(folder, giant, "--max-line", "64K");
  assert.deepEqual(log.map(({ length }) => length), [
    decoyLine("before").length,
    64 * 1024,
    decoyLine("behind").length,
  ]);
  assert.deepEqual(events.map(({ fields }) => fields), [
    { a: "b" },
    { a: "b", truncated: true },
    { a: "b" },
  ]);
  assert.ok(peakMemory < 300 * MIB, `${peakMemory / MIB} MiB`);
});

Deno.test("F24: binary garbage stays one line for each newline, in text that is safe to look at", async () => {
  await using folder = await tempFolder();
  const garbage = new Uint8Array(MIB);
  for (let start = 0; start < garbage.length; start += 65_536) {
    crypto.getRandomValues(garbage.subarray(start, start + 65_536));
  }
  const { log } = await collect(folder, garbage);
  const newlines = garbage.filter((byte) => byte === 0x0a).length;
  assert.equal(log.length, newlines + (garbage.at(-1) === 0x0a ? 0 : 1));
});

Deno.test("F24: every byte of a line that is no UTF-8 can still be told", async () => {
  await using folder = await tempFolder();
  const line = new TextEncoder().encode(`${decoyLine("A\u0000B")}?C\n`);
  line[line.indexOf(0x3f)] = 0xff;
  const { log, events: [event] } = await collect(folder, line);
  assert.deepEqual(log, [decoyLine("A\\u0000B\\xffC")]);
  assert.equal(event?.raw_line, log[0]);
});

Deno.test("F25: no character in a line makes another line, or reaches a terminal", async () => {
  await using folder = await tempFolder();
  const forged = '<134>1 2026-05-03T05:12:51Z omega ssh - command [r@1 src_ip="8.8.8.8"] forged';
  const breaks = ["\r", "\u000b", "\u000c", "\u0085", "\u2028", "\u2029", "\u001b[2J", "\u009b2J"];
  const lines = breaks.map((text) => decoyLine(`x${text}${forged}`));
  const { log, events } = await collect(folder, `${lines.join("\n")}\n`);
  assert.equal(log.length, lines.length);
  assert.deepEqual(events.map(({ event_type }) => event_type), lines.map(() => "login"));
  assert.deepEqual(events.map(({ attacker_ip }) => attacker_ip), lines.map(() => "Unknown"));
});

Deno.test("F26: brackets, quotes and backslashes in values come through", async () => {
  await using folder = await tempFolder();
  const value = 'a]b"c\\d] e=[f "g" \\n \\\\';
  const escaped = value.replaceAll(/[\\"\]]/g, "\\$&");
  const line = `<134>1 2026-05-03T05:12:51Z omega ssh - login [r@1 v="${escaped}" w="x"] m`;
  const { log, events: [event] } = await collect(folder, `${line}\n`);
  assert.deepEqual(log, [line]);
  assert.deepEqual(event?.fields, { v: value, w: "x" });
  assert.equal(event?.msg, "m");
});

Deno.test("names such as __proto__ are fields like any other", async () => {
  await using folder = await tempFolder();
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "length"];
  const params = names.map((name) => `${name}="x"`).join(" ");
  const line = `<134>1 2026-05-03T05:12:51Z __proto__ constructor - toString [r@1 ${params}] m`;
  const { log, events: [event] } = await collect(folder, `${line}\n`);
  assert.deepEqual(log, [line]);
  assert.deepEqual(Object.keys(event!.fields), names);
  assert.equal(event!.decky, "__proto__");
  assert.equal(event!.event_type, "toString");
});

Deno.test("CRLF, empty lines and a last line without its end", async () => {
  await using folder = await tempFolder();
  const [one, two] = [decoyLine("one"), decoyLine("two")];
  const { log, events } = await collect(folder, `${one}\r\n\r\n\n${two}`);
  assert.deepEqual(log.filter((line) => line !== ""), [one, two]);
  assert.deepEqual(events.map(({ msg }) => msg), ["one", "two"]);
});
