import assert from "node:assert/strict";
import { REAL_FILES } from "../log/log_files.ts";
import { cursorIn } from "../log/starting_place.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { NOTHING_STORED } from "./checkpoint_store.ts";
import { recover, type Recovered } from "./recovery.ts";

const EVENT = '{"timestamp":"2026-05-03T05:12:51.000000Z","event_id":"01KQP41VBRP79XCK5B37122KKG"}';

/** An output with these texts; `at` names how many bytes of the .log a checkpoint covers. */
async function recovered(
  texts: { readonly log: string; readonly json: string },
  at: number | undefined,
  change: (base: string) => Promise<void> = () => Promise.resolve(),
): Promise<Recovered & { readonly messages: readonly string[] }> {
  const folder = await Deno.makeTempDir();
  const base = `${folder}/out`;
  try {
    await Deno.writeTextFile(`${base}.log`, texts.log);
    await Deno.writeTextFile(`${base}.json`, texts.json);
    const newest = at === undefined ? undefined : await checkpointAt(base, at);
    await change(base);
    const messages: string[] = [];
    const result = await recover({
      base,
      stored: { ...NOTHING_STORED, newest },
      resumes: true,
      stable: 0,
      message: (level, text) => messages.push(`${level}: ${text.replaceAll(base, "out")}`),
    });
    return { ...result, messages };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkpointAt(base: string, at: number): Promise<Checkpoint> {
  const cursor = async (path: string, offset: number) => {
    const file = REAL_FILES.open(path);
    try {
      return (await cursorIn(path, file, offset, { files: REAL_FILES, maxLine: 1024 }))!;
    } finally {
      file.close();
    }
  };
  const [log, json] = [await cursor(`${base}.log`, at), await cursor(`${base}.json`, 0)];
  return { log, json, streams: new Map(), held: [], rest: undefined };
}

Deno.test("recover() finds what was written behind the cursor", async () => {
  const { back, messages } = await recovered({ log: "a\nb\nc\n", json: `${EVENT}\n` }, 2);
  assert.equal(back.size, 3);
  assert.ok(!back.takeLine("k", "a"), "before the cursor");
  assert.ok(back.takeLine("l", "b"));
  assert.ok(back.takeEvent("01KQP41VBRP79XCK5B37122KKG"));
  assert.deepEqual(messages, []);
});

Deno.test("recover() looks up the lines of a stream up to the first that is not there", async () => {
  const { back } = await recovered({ log: "a\nb\nc\n", json: "" }, 2);
  assert.ok(!back.takeLine("k", "new"));
  assert.ok(!back.takeLine("k", "c"), "an equal line that came later");
});

Deno.test("recover() looks up each line where somebody has emptied the file since", async () => {
  const { back } = await recovered({ log: "a\nb\nc\n", json: "" }, 2, async (base) => {
    await Deno.writeTextFile(`${base}.log`, "later\n");
  });
  // The first lines of the stream are gone with the file, those behind them are not.
  assert.ok(!back.takeLine("k", "b"));
  assert.ok(back.takeLine("k", "later"));
});

Deno.test("recover() looks up each line without a cursor, and says so", async () => {
  const { back, messages } = await recovered({ log: "a\nb\n", json: "" }, undefined);
  assert.ok(!back.takeLine("k", "new"));
  assert.ok(back.takeLine("k", "b"));
  assert.match(messages[0]!, /^warn: no cursor for out\.log/);
});

Deno.test("recover() takes no half event for one that was told", async () => {
  const half = EVENT.slice(0, -1);
  const { back } = await recovered({ log: "a\n", json: `${half}\n` }, 2);
  assert.equal(back.size, 0);
});

Deno.test("recover() cuts half lines off both files, and says how much", async () => {
  const { back, cut, messages } = await recovered({ log: "a\nhalf", json: '{"x' }, undefined);
  assert.equal(cut, 7);
  assert.ok(back.takeLine("k", "a"));
  assert.match(messages[0]!, /^info: cut 7 bytes of half lines/);
});
