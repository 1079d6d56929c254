import assert from "node:assert/strict";
import {
  type RecordingOptions,
  RecordingRecognizer,
} from "../../tests/support/recording_analyzer.ts";
import { RecognizingAnalyzer } from "./recognizing_analyzer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function recognizing(options: RecordingOptions) {
  const recognizer = new RecordingRecognizer(options);
  const turns: string[] = [];
  const analyzer = new RecognizingAnalyzer(recognizer, () => turns.push("turn"));
  const { asked, analyzer: { heard } } = recognizer;
  const say = (fromOpener: boolean, text: string) => {
    const piece = bytes(text);
    const wanted = analyzer.data(fromOpener, piece);
    // The buffer of a packet is used again for the next.
    piece.fill(0);
    return wanted;
  };
  return { analyzer, recognizer, asked, heard, turns, say };
}

Deno.test("RecognizingAnalyzer decides at the first piece and keeps nothing", () => {
  const { analyzer, asked, heard, say } = recognizing({ word: "a" });
  assert.equal(say(true, "ab"), true);
  assert.equal(analyzer.held, 0);
  say(false, "x");
  say(true, "c");
  analyzer.end();
  assert.deepEqual(heard, [">ab", "<x", ">c", "end"]);
  assert.deepEqual(asked, ["ab/"]);
});

Deno.test("RecognizingAnalyzer gives all that was said before it was decided", () => {
  const { analyzer, asked, heard, say } = recognizing({ word: "abc" });
  analyzer.packet(false, 0);
  analyzer.packet(true, 0);
  say(false, "hi");
  for (const piece of ["a", "b"]) say(true, piece);
  assert.equal(analyzer.undecided, true);
  assert.ok(analyzer.held >= 4);
  say(true, "c");
  assert.equal(analyzer.undecided, false);
  assert.deepEqual(asked, ["/hi", "a/hi", "ab/hi", "abc/hi"]);
  assert.deepEqual(heard, [">0", "<0", "<hi", ">abc"]);
});

Deno.test("RecognizingAnalyzer leaves out what the recognizer says", () => {
  const { heard, say } = recognizing({ word: "TLS", openerSkip: 3, responderSkip: 2 });
  say(false, "220");
  say(true, "ok\nTLS");
  assert.deepEqual(heard, ["<0", ">TLS"]);
  const all = recognizing({ word: "TLS", openerSkip: 6, responderSkip: 3 });
  all.say(false, "220");
  all.say(true, "ok\nTLS");
  assert.deepEqual(all.heard, []);
});

Deno.test("RecognizingAnalyzer gives both sides as they turn out to be", () => {
  const { analyzer, heard, turns, say } = recognizing({
    word: "GET",
    turned: true,
    responderSkip: 1,
  });
  analyzer.packet(true, 0);
  say(false, "200");
  say(true, "GET");
  assert.deepEqual(heard, ["<0", ">00", "<GET"]);
  assert.deepEqual(turns, ["turn"]);
});

Deno.test("RecognizingAnalyzer keeps no more than 48 KiB while it is open what is spoken", () => {
  const { analyzer, say } = recognizing({ word: "never" });
  let sent = 1;
  while (say(sent % 2 === 0, "x".repeat(1024)) && sent < 1000) sent++;
  assert.equal(sent, 48);
  assert.equal(analyzer.held, 0);
});

Deno.test("RecognizingAnalyzer says no to what nobody knows, and can be asked again", () => {
  const { say, heard } = recognizing({ word: "now", strict: true });
  assert.equal(say(true, "x"), false);
  assert.equal(say(true, "now"), true);
  assert.deepEqual(heard, [">now"]);
});

Deno.test("RecognizingAnalyzer sees what begins behind anything", () => {
  const { asked, heard, say } = recognizing({ word: "hello", beginning: "hello" });
  for (const piece of ["some", " talk"]) say(true, piece);
  say(false, "more");
  say(true, " hell");
  assert.deepEqual(heard, []);
  say(true, "hello!");
  assert.deepEqual(heard, ["<more", ">some talk hellhello!"]);
  const again = recognizing({ word: "hello!", beginning: "hel" });
  again.say(true, "talk");
  again.say(true, "hel");
  assert.deepEqual(again.asked, ["talk/", "talkhel/", "forget opener", "hel/"]);
  again.say(true, "lo!");
  assert.deepEqual(again.heard, [">hello!"]);
  assert.equal(asked.length, 5);
});

Deno.test("RecognizingAnalyzer does not join what is before a gap, or a restart, with what is behind", () => {
  const { analyzer, asked, heard, say } = recognizing({ word: "hello" });
  say(true, "he");
  analyzer.gap(true, 5);
  say(true, "llo");
  analyzer.restart(true);
  say(true, "hello");
  analyzer.gap(true, 7);
  analyzer.restart(false);
  assert.deepEqual(asked, ["he/", "forget opener", "llo/", "forget opener", "hello/"]);
  assert.deepEqual(heard, [">hello", ">|7", "<restart"]);
});
